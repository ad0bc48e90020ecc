-- What do today and the search hold, and what is said wrongly or not at all elsewhere?
COMMENT ON VIEW today IS 'One row per brand: its role, and the local day up to which posts were heard, which "this week" counts back from.';
COMMENT ON COLUMN today.role IS 'own or competitor.';
COMMENT ON COLUMN today.day IS 'Local day of the newest post of any brand.';
COMMENT ON COLUMN today.week IS 'Monday of that week.';
COMMENT ON COLUMN today.as_of IS 'Time of the newest post (UTC); one that is dated in the future does not count.';
COMMENT ON MACRO TABLE last_days IS 'FROM last_days(28): one row per brand and each of its last 28 local days, today included (days_ago 0). Join mentions on brand and day: only these days are read then.';
COMMENT ON MACRO TABLE complaints_of_days IS 'FROM complaints_of_days(90): the complaints of the last 90 days, as the view complaints has them.';

COMMENT ON MACRO TABLE search_posts IS 'FROM search_posts(''te laat''): posts that say these words, best match first, one row per post and brand. Words are found in every form (klacht finds klachten); very common ones are not needed; a star finds beginnings (lever*). Needs the fts extension: pip install "umot[search]".';
COMMENT ON MACRO TABLE search_numbers IS 'FROM search_numbers(''te laat''): the numbers of the posts that search_posts finds, in no order, with the words of each (hits, rarity): faster where their texts are not wanted.';
COMMENT ON MACRO search_words IS 'The words of a text as a list: letters and digits only, small, without accents.';
COMMENT ON TABLE search.built IS 'Index of search_posts: one row once it is made.';
COMMENT ON COLUMN search.built.words_per_post IS 'Mean length of a post.';
COMMENT ON COLUMN search.built.format IS 'Format of the index.';
COMMENT ON TABLE search.docs IS 'Index of search_posts: the posts.';
COMMENT ON COLUMN search.docs.number IS 'Number of the post.';
COMMENT ON COLUMN search.docs.content_hash IS 'The text that was read.';
COMMENT ON COLUMN search.docs.language IS 'The language whose stems were taken.';
COMMENT ON COLUMN search.docs.words IS 'Its words.';
COMMENT ON TABLE search.words IS 'Index of search_posts: every word of every language.';
COMMENT ON COLUMN search.words.word IS 'Number of the word here.';
COMMENT ON COLUMN search.words.text IS 'The word.';
COMMENT ON COLUMN search.words.language IS 'Its language; empty where that is not known.';
COMMENT ON COLUMN search.words.stem IS 'Its stem in that language.';
COMMENT ON TABLE search.hits IS 'Index of search_posts: which post has which word how often.';
COMMENT ON COLUMN search.hits.word IS 'The word.';
COMMENT ON COLUMN search.hits.number IS 'Number of the post.';
COMMENT ON COLUMN search.hits.hits IS 'How often.';

COMMENT ON COLUMN moments.position IS 'Order in the post, from 0.';
COMMENT ON COLUMN moments.stage IS 'zero, definitive, peak, end, ultimate or none.';
COMMENT ON COLUMN moments.touchpoint IS 'Key of the touchpoint on the journey map, or none.';
COMMENT ON COLUMN moments.label IS 'negative, neutral or positive.';
COMMENT ON COLUMN touchpoint_sentiment.stage IS 'zero, definitive, peak, end, ultimate or none.';
COMMENT ON COLUMN touchpoint_sentiment.touchpoint IS 'Key of the touchpoint on the journey map, or none.';
COMMENT ON COLUMN stage_sentiment.stage IS 'zero, definitive, peak, end, ultimate or none.';
