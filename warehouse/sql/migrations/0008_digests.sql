-- Digests that were sent stay as they were sent; an alert keeps its reason in every language.
ALTER TABLE alerts ADD COLUMN reasons JSON;
COMMENT ON COLUMN alerts.reasons IS 'Why it fired by language, {"nl": …, "en": …}; null for alerts from before that was kept.';

CREATE TABLE digests (
    brand VARCHAR,
    day DATE,
    revision INTEGER,
    language VARCHAR,
    made_at TIMESTAMPTZ NOT NULL,
    headline VARCHAR NOT NULL,
    payload JSON NOT NULL,
    PRIMARY KEY (brand, day, revision, language)
);
COMMENT ON TABLE digests IS 'Digests that were sent, or made anew with --refresh: never changed, but for what is erased on request.';
COMMENT ON COLUMN digests.brand IS 'The brand it is about.';
COMMENT ON COLUMN digests.day IS 'The local day it is about.';
COMMENT ON COLUMN digests.revision IS 'From 1; --refresh makes the next one.';
COMMENT ON COLUMN digests.language IS 'Its language: nl or en.';
COMMENT ON COLUMN digests.made_at IS 'When it was made (UTC).';
COMMENT ON COLUMN digests.headline IS 'Its first sentences.';
COMMENT ON COLUMN digests.payload IS 'All of it, as `umot digest --format json` writes it; every page is made from this.';

CREATE TABLE private.digest_mails (
    brand VARCHAR,
    day DATE,
    revision INTEGER,
    language VARCHAR,
    mail VARCHAR NOT NULL,
    PRIMARY KEY (brand, day, revision, language)
);
COMMENT ON TABLE private.digest_mails IS 'The mail of each digest in table digests, but for sender and receivers.';
COMMENT ON COLUMN private.digest_mails.brand IS 'The brand it is about.';
COMMENT ON COLUMN private.digest_mails.day IS 'The local day it is about.';
COMMENT ON COLUMN private.digest_mails.revision IS 'Revision of the digest.';
COMMENT ON COLUMN private.digest_mails.language IS 'Its language: nl or en.';
COMMENT ON COLUMN private.digest_mails.mail IS 'The message as it leaves (RFC 5322), in ASCII.';
