-- In which words do customers ask, report a failure or demand something?
-- The one list, for the view complaints and for people to read. A pattern is a regular expression
-- of whole words in small letters without accents; a space stands for any white space. Where a word
-- alone says too little ("can you", "expect"), the pattern names what is asked.
CREATE OR REPLACE MACRO complaint_patterns() AS [
    -- request: an answer, help or action is asked for
    ['nl', 'request', '(kunnen|willen|zouden) jullie|(kunt|wilt|zou) u'],
    ['nl', 'request', '(kan|kun|wil|wilt) (je|u|iemand) (me|mij|ons|dit|eens)'],
    ['nl', 'request', 'graag (\w+ ){0,2}(reactie|antwoord|oplossing|hulp|uitleg|contact)'],
    ['nl', 'request', '(waar|wanneer) (blijft|blijven|krijg|krijgen|komt|is|zijn) (ik|we|mijn|onze|er)'],
    ['nl', 'request', 'hoe ?lang (moet|moeten|duurt|gaat) (ik|we|dit|het|mijn)'],
    ['nl', 'request', '(bel|mail|help|stuur|antwoord) (me|mij|ons)|laat (\w+ )?(me|mij|ons) weten'],
    ['nl', 'request', 'neemt? (\w+ ){0,2}contact (\w+ ){0,3}op|los (dit|het) (\w+ ){0,2}op'],
    ['nl', 'request', 'doe (hier|er) (\w+ ){0,2}aan|alstublieft|alsjeblieft|a\.?u\.?b\.?|s\.?v\.?p\.?'],
    ['en', 'request', '(can|could|would|will) (you|u|someone|anyone|anybody) (\w+ )?(help|tell|explain)'],
    ['en', 'request', '(can|could|would|will) (you|u|someone|anyone) (\w+ )?(check|fix|call|contact|look)'],
    ['en', 'request', '(can|could|would|will) (you|u|someone|anyone) (\w+ )?(send|reply|respond|confirm)'],
    ['en', 'request', '(can|could|would|will) (you|u|someone|anyone) (\w+ )?(sort|resolve|get|give|dm)'],
    ['en', 'request', '(please|pls|plz) (\w+ )?(help|call|contact|fix|find|reply|respond|answer|send)'],
    ['en', 'request', '(please|pls|plz) (\w+ )?(check|advise|explain|resolve|sort|tell|look into|get|give)'],
    ['en', 'request', '(help|advise|assist|fix|reply|respond|explain),? (please|pls|plz)'],
    ['en', 'request', '(when|where) (is|are|will|can|do|does|am) (my|our|i|we|you|the|it)'],
    ['en', 'request', 'where (my|our) (\w+ )?(is|are)|what (can|should|do) (i|we) do|how (do|can|am) (i|we)'],
    ['en', 'request', 'how (long|much longer) (do|does|will|must|before|until)'],
    ['en', 'request', 'why (is|are|was|were|did|do|does|has|have|can)(n''?t| not)? (my|our|i|we|you|the)'],
    ['en', 'request', 'help (me|us)|need (\w+ )?(help|assistance|answers?|to (speak|talk) (to|with))'],
    ['en', 'request', 'let me know|get back to (me|us)|(call|contact|dm|e-?mail) (me|us)'],
    ['en', 'request', '(answer|reply to|respond to) (my|our)|direct number'],
    ['de', 'request', '(konnen|konnten|wurden) sie (\w+ ){0,3}\w+en|(konnt|konntet|wurdet) ihr'],
    ['de', 'request', 'kann (mir|uns) (\w+ )?(jemand|einer)|melden sie sich|meldet euch'],
    ['de', 'request', 'bitte (\w+ ){0,2}(um|melden|helfen|helft|rufen|antworten|antwortet|prufen|klaren)'],
    ['de', 'request', 'wann (kommt|kommen|bekomme|bekommen|geht|fahrt|wird|kann)'],
    ['de', 'request', 'wo (bleibt|bleiben|ist mein|ist meine)'],
    ['de', 'request', '(warum|wieso|weshalb) (kommt|ist|sind|fahrt|wird|werden|bekomme|antwortet|hat|habt)'],
    ['fr', 'request', '(pouvez|pourriez|voulez)[- ]vous|(peux|pourrais)[- ]tu|que (dois-je|puis-je|faire)'],
    ['fr', 'request', 'merci de (me|nous|bien|repondre|rappeler|verifier|corriger)'],
    ['fr', 'request', '(rappelez|contactez|aidez|repondez)[- ](moi|nous)|dans l''attente'],
    ['fr', 'request', 'quand (vais|aurai|recevrai|sera|serai|allez|pourrai)'],
    ['fr', 'request', 'ou (est|sont|en est) (mon|ma|mes|notre)|s''il vous plait|svp'],
    ['fr', 'request', 'pourquoi (je|mon|ma|mes|vous|ne|n''|est)'],
    -- failure: something did not come, does not work, is wrong or late
    ['nl', 'failure', 'kapot\w*|(is|zijn|was|waren|al|weer) stuk|stuk (gegaan|gemaakt)|defect\w*'],
    ['nl', 'failure', 'gebroken|gescheurd\w*|beschadigd\w*|lekt|lekte'],
    ['nl', 'failure', '(werkt|werkte|werken|doet|deed|laadt|start|opent|lukt|lukte) (\w+ ){0,3}niet'],
    ['nl', 'failure', 'niet (meer )?(werkt|werkte|werken|te bereiken|bereikbaar)|onbereikbaar'],
    ['nl', 'failure', '(nooit|niet|niets|niks) (\w+ ){0,2}(aangekomen|ontvangen|gekregen|geleverd|bezorgd)'],
    ['nl', 'failure', '(nooit|niet|niets|niks) (\w+ ){0,2}(gehoord|teruggebeld|teruggekregen|opgelost|verwerkt)'],
    ['nl', 'failure', '(nooit|niet|niets|niks) (\w+ ){0,2}(geregeld|gereageerd|nagekomen|bijgeschreven|geholpen)'],
    ['nl', 'failure', '(geen|nooit) (enkele |een |meer )?(reactie|antwoord|gehoor|bevestiging|bericht|hulp)'],
    ['nl', 'failure', '(geen|nooit) (enkele |een )?(oplossing|verbinding|internet|pakket|levering)'],
    ['nl', 'failure', 'te laat|vertraagd|vertraging\w*|uitgevallen|uitgesteld|geannuleerd'],
    ['nl', 'failure', '(wacht|wachten|gewacht) (ik |we |wij )?(nog|al|nu al|ruim|meer dan|uren)'],
    ['nl', 'failure', '(uur|kwartier|minuten|dagen|weken|maanden|lang) (\w+ )?(wachten|gewacht)'],
    ['nl', 'failure', '(verkeerde?|foute?|onjuiste?) (product|artikel|maat|kleur|bestelling|adres)\w*'],
    ['nl', 'failure', '(verkeerde?|foute?|onjuiste?) (bedrag|factuur|rekening|onderdeel|informatie|gerecht)\w*'],
    ['nl', 'failure', 'dubbel (afgeschreven|betaald|berekend)|ten onrechte|onterecht'],
    ['nl', 'failure', 'storing\w*|crasht\w*|(loopt|liep) (\w+ ){0,2}vast|vast(loopt|lopen|gelopen)'],
    ['nl', 'failure', 'foutmelding\w*|weiger(t|de|den|en)|geklaagd|(mijn|onze) klacht'],
    ['nl', 'failure', 'ontbreekt|ontbrak|ontbraken|zoekgeraakt|kwijtgeraakt|kastje naar de muur'],
    ['en', 'failure', 'broken|broke|defective|faulty|damaged|cracked|torn|leaking|leaks'],
    ['en', 'failure', 'stopped working|stops working|no longer works?|not working|(is|are|been) down'],
    ['en', 'failure', '(does|do|did|wo|would|ca|could)(n''?t| not) (\w+ )?(work|load|open|start|charge|turn on)'],
    ['en', 'failure', '(does|do|did|wo|would|ca|could)(n''?t| not) (\w+ )?(connect|log in|respond|arrive|let)'],
    ['en', 'failure', '(can''?t|cannot|can not|unable to) (\w+ )?(reach|get|speak|talk|find|change|book|check)'],
    ['en', 'failure', '(can''?t|cannot|can not|unable to) (\w+ )?(cancel|redeem|pay|access|add|log|connect)'],
    ['en', 'failure', '(never|not|\w+n''t|nothing) (\w+ )?(arrived|came|come|received|got|showed|responded|replied)'],
    ['en', 'failure', '(never|not|\w+n''t|nothing) (\w+ )?(called|delivered|heard|shipped|refunded|credited|fixed)'],
    ['en', 'failure', '(never|not|\w+n''t|nothing) (\w+ )?(answered|posted|resolved)'],
    ['en', 'failure', 'still (no|not|waiting|have no|have not|haven''t|nothing|without|sitting)'],
    ['en', 'failure', 'no (response|reply|answer|refund|explanation|updates?|info|information|call|help)'],
    ['en', 'failure', 'no (luggage|bags?|confirmation|notification|one (\w+ )?(answers?|picks|knows|helps?))'],
    ['en', 'failure', '(wrong|incorrect) (\w+ )?(item|size|colou?r|order|product|address|amount|name|date|bill)'],
    ['en', 'failure', '(wrong|incorrect) (\w+ )?(flight|info\w*|city|airport|gate|dish|room)|misplaced|missing'],
    ['en', 'failure', '(lost|losing) (my|our|someone''?s|the|luggage|bags?|baggage)'],
    ['en', 'failure', '(bags?|luggage|baggage|parcel|package|order) (\w+ ){0,2}lost'],
    ['en', 'failure', 'delay(s|ed|ing)?|cancell?(ed|ation|ations|s)|overbooked|overcharged|late again'],
    ['en', 'failure', '(hours?|hrs?|days?|weeks?|minutes?|mins?) late|late (flights?|delivery)'],
    ['en', 'failure', 'missed (\w+ )?(connections?|flights?)|stranded|glitch\w*'],
    ['en', 'failure', 'stuck (on|in|at|here)|complained|(my|our) complaint'],
    ['en', 'failure', 'charged (\w+ )?(twice|again|wrongly)|double charged|hung up|hang up|hangs up'],
    ['en', 'failure', 'on hold|disconnected|crash(es|ed|ing)?|keeps? (crashing|freezing|dropping|logging)'],
    ['en', 'failure', 'error messages?|outages?|wait(ed|ing)? (\w+ )?(\d+|an hour|hours|days|weeks|two|three)'],
    ['de', 'failure', 'kaputt\w*|defekt\w*|beschadigt\w*|verspatung\w*|verspatet\w*|zu spat'],
    ['de', 'failure', 'ausgefallen|ausfalle?|zugausf\w*|(fallt|fallen) (\w+ ){0,2}aus|storung\w*'],
    ['de', 'failure', '(funktioniert|funktionieren|geht|ladt|klappt) (\w+ ){0,2}nicht|signalstorung\w*'],
    ['de', 'failure', '(nicht|nie|nichts) (\w+ )?(angekommen|erhalten|geliefert|bekommen|erreichbar)'],
    ['de', 'failure', '(nicht|nie|nichts) (\w+ )?(funktioniert|gutgeschrieben|erstattet|beantwortet|gehort)'],
    ['de', 'failure', 'keine (antwort|reaktion|ruckmeldung|erstattung|info\w*|durchsage|auskunft|lieferung)'],
    ['de', 'failure', 'kein (anschluss|internet|netz|empfang)|anschluss (\w+ )?verpasst|gesperrt|fehlt|fehlten'],
    ['de', 'failure', 'falsche[rsn]? (artikel|gro(ß|ss)e|farbe|lieferung|auskunft|adresse|rechnung|ware)'],
    ['de', 'failure', 'verloren gegangen|(warte|warten|wartet) (\w+ )?(seit|noch|schon)|sturzt ab|fehlermeldung\w*'],
    ['fr', 'failure', 'cassee?s?|defectueu(x|se|ses)|abimee?s?|endommagee?s?|en panne|manquante?s?|il manque'],
    ['fr', 'failure', 'ne (\w+ )?(fonctionne|fonctionnent|marche|marchent) (\w+ )?(pas|plus)|plante|bugs?'],
    ['fr', 'failure', 'retards?|annulee?s?|injoignables?|bloquee?s?|(difficile|impossible) (de|d''\w+|a)'],
    ['fr', 'failure', '(jamais|toujours|encore|rien|pas) (\w+ )?(recue?s?|arrivee?s?|livree?s?|repondu|rappelee?s?)'],
    ['fr', 'failure', '(jamais|toujours|encore|rien|pas) (\w+ )?remboursee?s?|(toujours|depuis) rien'],
    ['fr', 'failure', '(aucune?|sans|pas de) (reponse|nouvelles?|retour|remboursement|suivi|solution|explication)'],
    ['fr', 'failure', 'mauvaise? (article|taille|couleur|produit|adresse|commande)|colis perdu|erreurs?'],
    ['fr', 'failure', '(prelevee?|debitee?|facturee?) (\w+ )?(deux fois|a tort|indument)'],
    -- demand: money back, amends, an end to it, or a threat to go to somebody else
    ['nl', 'demand', 'geld (\w+ ){0,2}terug|terugbetal\w*|terugstort\w*|restitutie|schadevergoeding|compensatie'],
    ['nl', 'demand', '(wil|willen|eis|eisen|verwacht) (\w+ ){0,5}(terug|vergoeding|vervanging)'],
    ['nl', 'demand', '(wil|willen|eis|eisen) (\w+ ){0,5}(opzeggen|annuleren|ontbinden|ruilen|omruilen)'],
    ['nl', 'demand', '(ik|wij|we) (eis|eisen|sommeer)|aansprakelijk|klacht (\w+ ){0,2}(ingediend|indienen)'],
    ['nl', 'demand', 'dien (\w+ ){0,2}klacht in|advocaat|naar de rechter|rechtszaak|juridische stappen'],
    ['nl', 'demand', 'rechtsbijstand|consumentenbond|geschillencommissie|ombudsman|aangifte'],
    ['en', 'demand', 'refund\w*|money back|reimburs\w*|compensat\w*|i (demand|expect (a|an|my|our|you|full))'],
    ['en', 'demand', '(want|need|send|expect) (\w+ ){0,3}replacement|i want (my|a refund|to (cancel|speak|return))'],
    ['en', 'demand', '(speak|talk) (to|with) (a|the|your) (manager|supervisor)|close (my|our) account'],
    ['en', 'demand', 'cancel (my|our) (order|account|subscription|contract|membership|card)'],
    ['en', 'demand', 'lawyers?|attorney|sue|suing|legal action|small claims|ombudsman|trading standards'],
    ['en', 'demand', 'bbb|chargeback|(file|filed|filing|make|lodge) (\w+ ){0,2}(complaint|claim)'],
    ['de', 'demand', 'geld (\w+ ){0,2}zuruck|erstatt\w*|ruckerstattung|ruckzahlung|entschadig\w*|schadens?ersatz'],
    ['de', 'demand', '(ich|wir) (fordere|fordern|verlange|verlangen|bestehe|bestehen)|umtausch\w*'],
    ['de', 'demand', 'kundig(e|en|ung)|anwalt|verbraucherzentrale|verklagen'],
    ['de', 'demand', 'beschwerde (\w+ )?(einreichen|eingereicht|einlegen)'],
    ['fr', 'demand', 'rembours(ement|er|ez)\w*|dedommag\w*|indemnis\w*|je (demande|exige|reclame)|reclamations?'],
    ['fr', 'demand', 'plainte|avocat|tribunal|mediateur|mise en demeure|resili(er|ation)|geste commercial'],
    ['fr', 'demand', '(cloturer|fermer) (mon|mes)']
];
CREATE OR REPLACE MACRO complaint_says(words, sort) AS regexp_matches(
    words,
    '\b(?:' || replace(array_to_string(list_transform(
        list_filter(complaint_patterns(), lambda one: one[2] = sort), lambda one: one[3]
    ), '|'), ' ', '\s+') || ')\b'
);
CREATE OR REPLACE VIEW complaint_words AS
SELECT one[1] AS language, one[2] AS sort, one[3] AS pattern
FROM (SELECT unnest(complaint_patterns()) AS one);
-- In which posts is something negative beside a request, failure or demand, and which moment says it?
-- A failure shows by its words, or because it stands at the end stage, where a negative moment says
-- that something was not settled well. A table in the published copy: words are costly to compare.
CREATE OR REPLACE VIEW complaint_signs AS
WITH said AS (
    SELECT
        *,
        label = 'negative' AS bad,
        replace(strip_accents(lower(text)), '’', '''') AS words
    FROM moments
    WHERE label <> 'positive'
),
signs AS (
    SELECT
        number,
        text,
        stage,
        touchpoint,
        score,
        bad,
        complaint_says(words, 'request') AS request,
        complaint_says(words, 'demand') AS demand,
        CASE
            WHEN NOT bad THEN FALSE
            WHEN stage = 'end' AND stage_confidence >= 0.5 THEN TRUE
            ELSE complaint_says(words, 'failure')
        END AS failure
    FROM said
)
SELECT
    number,
    bool_or(request) AS request,
    bool_or(failure) AS failure,
    bool_or(demand) AS demand,
    -- The one that stands for the post: of the negative ones the worst of those with a sign.
    arg_min(
        {'text': text, 'stage': stage, 'touchpoint': touchpoint, 'score': score},
        {'plain': NOT (request OR failure OR demand), 'score': score}
    ) FILTER (WHERE bad) AS moment
FROM signs
GROUP BY number
HAVING bool_or(bad) AND bool_or(request OR failure OR demand);
