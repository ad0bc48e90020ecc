-- How does a text look in a cell that no spreadsheet computes and that steers no terminal?
-- The same as in the CSV of `umot sql`: a sign that begins a formula gets an apostrophe in front,
-- at the start and wherever a spreadsheet would begin another cell; control characters are shown.
CREATE OR REPLACE TEMP MACRO steering() AS
    '[\x00-\x08\x0b-\x1f\x7f-\x{9f}\x{61c}\x{200e}\x{200f}\x{2028}-\x{202e}\x{2066}-\x{2069}\x{feff}]';
CREATE OR REPLACE TEMP MACRO shown(text) AS CASE
    WHEN regexp_matches(text, steering()) THEN array_to_string(
        list_transform(
            regexp_extract_all(text, '(?s).'),
            lambda sign: CASE
                WHEN regexp_matches(sign, steering()) THEN '\x' || printf('%02x', unicode(sign))
                ELSE sign
            END
        ),
        ''
    )
    ELSE text
END;
CREATE OR REPLACE TEMP MACRO harmless(text) AS regexp_replace(
    shown(replace(replace(text, chr(13) || chr(10), chr(10)), chr(13), chr(10))),
    '(^|[;\t\n])([ \p{Z}]*[=+\-@＝＋－＠])',
    '\1''\2',
    'g'
);
