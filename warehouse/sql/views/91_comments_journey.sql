-- What do the views on experiences, relation, complaints and the loop hold?
COMMENT ON VIEW experiences IS 'What one author wrote in one thread, joined in time order; posts without an author stay single. Not the company''s own posts.';
COMMENT ON COLUMN experiences.experience_id IS 'Thread and writer, or the post itself where the writer is not known.';
COMMENT ON COLUMN experiences.sequence IS 'Order of the post in its experience, from 1.';

COMMENT ON VIEW experience_scores IS 'One row per brand and experience in which moments were read: peak, end, what is remembered and what was felt on average.';
COMMENT ON COLUMN experience_scores.experience_id IS 'As in experiences.';
COMMENT ON COLUMN experience_scores.day IS 'Local day of its last post.';
COMMENT ON COLUMN experience_scores.week IS 'Monday of the local week of its last post.';
COMMENT ON COLUMN experience_scores.posts IS 'Its posts.';
COMMENT ON COLUMN experience_scores.first_posted IS 'Its first post (UTC).';
COMMENT ON COLUMN experience_scores.last_posted IS 'Its last post (UTC).';
COMMENT ON COLUMN experience_scores.moments IS 'Moments in its posts.';
COMMENT ON COLUMN experience_scores.moment_mean IS 'Mean score of these: what was experienced, -1 to 1.';
COMMENT ON COLUMN experience_scores.peak_score IS 'Score of the strongest of its posts'' peaks.';
COMMENT ON COLUMN experience_scores.end_score IS 'Score of the last moment of its last post.';

COMMENT ON VIEW peak_end IS 'Which touchpoints make the memory: where the peaks and the ends of each week''s experiences are. Stage none is what could not be traced.';
COMMENT ON COLUMN peak_end.week IS 'Monday of the local week in which the experiences had their last post.';
COMMENT ON COLUMN peak_end.stage IS 'zero, definitive, peak, end, ultimate or none.';
COMMENT ON COLUMN peak_end.touchpoint IS 'Key of the touchpoint, or none.';
COMMENT ON COLUMN peak_end.peaks IS 'Experiences whose peak is here.';
COMMENT ON COLUMN peak_end.peak_share IS 'Share of all peaks of the brand and week, 0 to 1.';
COMMENT ON COLUMN peak_end.peak_score IS 'Mean score of the peaks here; null for none.';
COMMENT ON COLUMN peak_end.ends IS 'Experiences that end here.';
COMMENT ON COLUMN peak_end.end_share IS 'Share of all ends of the brand and week, 0 to 1.';
COMMENT ON COLUMN peak_end.end_score IS 'Mean score of the ends here; null for none.';

COMMENT ON VIEW remembered IS 'Remembered against experienced per brand and local week.';
COMMENT ON COLUMN remembered.week IS 'Monday of the local week in which the experiences had their last post.';
COMMENT ON COLUMN remembered.experiences IS 'Experiences in which moments were read.';
COMMENT ON COLUMN remembered.moments IS 'Their moments.';
COMMENT ON COLUMN remembered.remembered IS 'Mean peak-end score of the experiences, -1 to 1.';
COMMENT ON COLUMN remembered.experienced IS 'Mean score of all their moments, -1 to 1.';
COMMENT ON COLUMN remembered.gap IS 'remembered - experienced.';
COMMENT ON COLUMN remembered.mean_gap IS 'Mean over experiences of peak-end score - own mean: the gap without the weight of long stories.';

COMMENT ON VIEW relation IS 'Contact moments per brand, local week, touchpoint and channel: how many, how good, and the two multiplied.';
COMMENT ON COLUMN relation.week IS 'Monday of the local week in which they were posted.';
COMMENT ON COLUMN relation.quantity IS 'Number of contact moments spoken of.';
COMMENT ON COLUMN relation.quality IS 'Their mean score, -1 to 1.';
COMMENT ON COLUMN relation.relation IS 'quantity x quality: the sum of their scores.';

COMMENT ON VIEW complaint_words IS 'The words by which complaints are recognised.';
COMMENT ON COLUMN complaint_words.language IS 'Language of the words; they are looked for in every text.';
COMMENT ON COLUMN complaint_words.sort IS 'request, failure or demand.';
COMMENT ON COLUMN complaint_words.pattern IS 'Regular expression of whole words, in small letters without accents; a space is any white space.';

COMMENT ON VIEW complaints IS 'Experiences with a complaint: a negative moment with a request, a failure or a demand, in a post that does not read positive on the whole; and what came of it.';
COMMENT ON COLUMN complaints.day IS 'Local day on which it was made.';
COMMENT ON COLUMN complaints.experience_id IS 'As in experiences; key, with brand.';
COMMENT ON COLUMN complaints.post_id IS 'The post that made it; url and author are its.';
COMMENT ON COLUMN complaints.text IS 'The moment that stands for it: the most negative with such a sign, else the most negative.';
COMMENT ON COLUMN complaints.stage IS 'Stage of that moment.';
COMMENT ON COLUMN complaints.touchpoint IS 'Touchpoint of that moment.';
COMMENT ON COLUMN complaints.score IS 'Score of that moment, -1 to 1.';
COMMENT ON COLUMN complaints.request IS 'An answer, help or action is asked for.';
COMMENT ON COLUMN complaints.failure IS 'Something failed, by the words of a negative moment or because it stands at the end stage.';
COMMENT ON COLUMN complaints.demand IS 'Money, amends or an end to it is demanded, or others are threatened with.';
COMMENT ON COLUMN complaints.state IS 'What happened last. resolved: a later post of the customer ends positive. escalated: a later one is more negative than the complaint, and nothing was answered since. answered: the company replied in the thread, to this customer. Else open.';
COMMENT ON COLUMN complaints.complained_at IS 'When it was made (UTC).';
COMMENT ON COLUMN complaints.answered_at IS 'First answer of the company (UTC).';
COMMENT ON COLUMN complaints.hours_to_answer IS 'Hours from the complaint to the first answer.';
COMMENT ON COLUMN complaints.answers IS 'Answers of the company.';
COMMENT ON COLUMN complaints.resolved_at IS 'Last post of the customer since that ends positive (UTC).';
COMMENT ON COLUMN complaints.escalated_at IS 'Last post of the customer since that is more negative than the complaint (UTC).';

COMMENT ON VIEW zero_moment IS 'Customers'' posts by how much the next customer will meet them: weight = 100 x reach x prominence x freshness x strength. The steps are chosen, not measured.';
COMMENT ON COLUMN zero_moment.day IS 'Local day on which it was posted.';
COMMENT ON COLUMN zero_moment.ultimate_score IS 'Mean score of its moments at the ultimate stage (recommending, warning); null for none.';
COMMENT ON COLUMN zero_moment.peak_stage IS 'Stage of its peak.';
COMMENT ON COLUMN zero_moment.peak_touchpoint IS 'Touchpoint of its peak.';
COMMENT ON COLUMN zero_moment.weight IS '0 to 100; compare posts by it, the number itself means little.';
COMMENT ON COLUMN zero_moment.reach IS 'log10(1 + readers) / 6: 1 at a million.';
COMMENT ON COLUMN zero_moment.prominence IS 'Stars (1 and 5: 1, 3: 0.6, others and none: 0.8) x words (0.2 without, up to 1 at 200 characters).';
COMMENT ON COLUMN zero_moment.freshness IS '1 when new, halved every 60 days for reviews, every 7 for others.';
COMMENT ON COLUMN zero_moment.strength IS 'Sentiment without its sign, 0 to 1.';
COMMENT ON COLUMN zero_moment.readers IS 'Assumed: views, else audience, at least 20 x reactions (likes, replies, shares) and at least 10.';
COMMENT ON COLUMN zero_moment.age_days IS 'Days from its posting to as_of.';
COMMENT ON COLUMN zero_moment.as_of IS 'The last moment anything was collected or visited (UTC).';
