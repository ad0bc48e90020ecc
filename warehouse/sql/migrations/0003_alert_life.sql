-- The life of an alert, and the one path by which messages leave: what is to be sent is written in
-- the transaction of what it tells of.
ALTER TABLE alerts ADD COLUMN stage VARCHAR;
ALTER TABLE alerts ADD COLUMN fired_at TIMESTAMPTZ;
ALTER TABLE alerts ADD COLUMN closed_at TIMESTAMPTZ;
ALTER TABLE alerts ADD COLUMN acknowledged_by VARCHAR;
UPDATE alerts SET fired_at = raised_at;
COMMENT ON COLUMN alerts.stage IS 'Stage of the journey it is about: that of the strongest moment of its post, or of its series; null where it has none.';
COMMENT ON COLUMN alerts.fired_at IS 'When its rule last fired (UTC); the published copy may lag behind.';
COMMENT ON COLUMN alerts.closed_at IS 'When it was closed (UTC), by somebody or for being calm; null while it is not.';
COMMENT ON COLUMN alerts.acknowledged_by IS 'Who took it up.';

CREATE TABLE alert_history (
    alert_id VARCHAR,
    sequence INTEGER,
    post_id VARCHAR,
    changed_at TIMESTAMPTZ NOT NULL,
    event VARCHAR NOT NULL,
    severity VARCHAR NOT NULL,
    state VARCHAR NOT NULL,
    who VARCHAR,
    note VARCHAR,
    PRIMARY KEY (alert_id, sequence)
);
COMMENT ON TABLE alert_history IS 'What happened to each alert, one row a change.';
COMMENT ON COLUMN alert_history.alert_id IS 'The alert.';
COMMENT ON COLUMN alert_history.sequence IS 'Order of the changes of an alert, from 1.';
COMMENT ON COLUMN alert_history.post_id IS 'The post of the alert, where it is about one.';
COMMENT ON COLUMN alert_history.changed_at IS 'When (UTC).';
COMMENT ON COLUMN alert_history.event IS 'raised, escalated, acknowledged, snoozed, woken (still firing after a snooze), calmed (closed by itself), closed (by somebody) or reopened.';
COMMENT ON COLUMN alert_history.severity IS 'Severity after it: low, medium or high.';
COMMENT ON COLUMN alert_history.state IS 'State after it: open, acknowledged or closed.';
COMMENT ON COLUMN alert_history.who IS 'Who did it; null for umot itself.';
COMMENT ON COLUMN alert_history.note IS 'What was written down with it.';
INSERT INTO alert_history
SELECT alert_id, 1, post_id, raised_at, 'raised', severity, 'open', NULL, NULL FROM alerts;

CREATE TABLE outbox (
    message_id VARCHAR PRIMARY KEY,
    kind VARCHAR NOT NULL,
    key VARCHAR NOT NULL,
    alert_id VARCHAR,
    post_id VARCHAR,
    recipient VARCHAR NOT NULL,
    severity VARCHAR NOT NULL,
    language VARCHAR NOT NULL,
    title VARCHAR NOT NULL,
    text VARCHAR NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    state VARCHAR NOT NULL,
    attempts INTEGER NOT NULL,
    next_attempt TIMESTAMPTZ,
    leased_until TIMESTAMPTZ,
    sent_at TIMESTAMPTZ,
    error VARCHAR
);
COMMENT ON TABLE outbox IS 'Messages to channels: written with what they tell of, then delivered.';
COMMENT ON COLUMN outbox.message_id IS 'Key, made from kind, key and recipient.';
COMMENT ON COLUMN outbox.kind IS 'What it tells of, e.g. alert.';
COMMENT ON COLUMN outbox.key IS 'Which one: for an alert its alert_id and the sequence of the change.';
COMMENT ON COLUMN outbox.alert_id IS 'The alert, where it tells of one.';
COMMENT ON COLUMN outbox.post_id IS 'The post, where it is about one.';
COMMENT ON COLUMN outbox.recipient IS 'Name of the channel in umot.toml, never its address.';
COMMENT ON COLUMN outbox.severity IS 'low, medium or high; the gravest go first.';
COMMENT ON COLUMN outbox.language IS 'Language of the message: nl or en.';
COMMENT ON COLUMN outbox.title IS 'Its title.';
COMMENT ON COLUMN outbox.text IS 'Its words; those of the post are added when it is sent.';
COMMENT ON COLUMN outbox.created_at IS 'When it was written (UTC).';
COMMENT ON COLUMN outbox.state IS 'waiting, sent, given_up (see error) or dropped (not needed any more: error says why).';
COMMENT ON COLUMN outbox.attempts IS 'How often sending was begun.';
COMMENT ON COLUMN outbox.next_attempt IS 'When it is due (UTC); null once it is not waiting.';
COMMENT ON COLUMN outbox.leased_until IS 'Until when whoever is sending it has it for himself (UTC).';
COMMENT ON COLUMN outbox.sent_at IS 'When the channel took it (UTC).';
COMMENT ON COLUMN outbox.error IS 'Why the last attempt failed, or why it was dropped; without addresses and keys.';
