### Was eine E-Mail auf Deutsch sagt. Bedeutung der Namen und Auswahlwerte: en.ftl.


## How people, times and lists are called

gap = { " " }
hedges = möglicherweise | könnte | wir gehen | wissen wir noch nicht | kennen wir noch nicht | noch nicht sagen | noch nicht ausschließen | soweit wir | etwa { $at }
label = { $label }: { $text }
hello = Guten Tag { $name },
    .unknown = Guten Tag,
what = { $services }, für { $customers }
    .line = { $customer }: { $services }
more = { $n } weitere
    .lines = und { $n } weitere
more-rest =
    { $contact ->
        [status] Diese Liste ist länger, als in eine E-Mail passt. Fragen Sie uns nach dem Rest.
       *[none] Diese Liste ist länger, als in eine E-Mail passt. Fragen Sie uns nach dem Rest. { contact }
    }
day = EEEE, d. MMMM
    .weekday = EEEE
time = { $day }, { $at }
    .soon = { $weekday }, { $at }
    .at = { $clock } Uhr { $zone }
    .utc = { $clock } Uhr { $zone } ({ $utc } Uhr UTC)
    .utc-other-day = { $clock } Uhr { $zone } ({ $weekday }, { $utc } Uhr UTC)
    .about = etwa { $at }
    .latest = spätestens { $when }
as-of = Stand: { $when }.
zone =
    { $zone ->
        [CET] MEZ
        [CEST] MESZ
       *[other] { $zone }
    }
test = TEST: Diese Nachricht wird nur erprobt. Bitte handeln Sie nicht danach.
copy = KOPIE einer Nachricht, verschickt: { $when }.
state =
    { $kind ->
        [outage] unterbrochen
        [degradation] gestört
        [maintenance] wegen Wartungsarbeiten unterbrochen
       *[suspension] gesperrt
    }
    .first =
        { $kind ->
            [outage] Unterbrochen
            [degradation] Gestört
            [maintenance] Wegen Wartungsarbeiten unterbrochen
           *[suspension] Gesperrt
        }
fault =
    { $kind ->
        [degradation] Eine Störung
        [maintenance] Eine Wartung
       *[outage] Ein Ausfall
    }

## The subject: the same in all notices of a disruption

subject =
    { $kind ->
        [outage] Ausfall von { $services } (Vorgang { $reference })
        [degradation] Störung bei { $services } (Vorgang { $reference })
        [maintenance] Wartung von { $services } (Vorgang { $reference })
       *[suspension] Sperrung von { $services } (Vorgang { $reference })
    }
    .titled = { $title } (Vorgang { $reference })

## What is out

lead =
    { $time ->
        [future] ab { $since } wird der Zugang zu Folgendem für Sie { state }:
       *[now] seit { $since } ist der Zugang zu Folgendem für Sie { state }:
    }
lead-still =
    { $time ->
        [future] ab { $since } wird der Zugang zu Folgendem für Sie { state }:
       *[now] seit { $since } ist der Zugang zu Folgendem für Sie { state } und noch nicht wieder frei:
    }
lead-maybe =
    { $certainty ->
        [both]
            { $time ->
                [future] Außerdem wird der Zugang zu Folgendem für Sie möglicherweise { state }:
               *[now] Außerdem ist der Zugang zu Folgendem für Sie möglicherweise { state }:
            }
       *[possibly]
            { $time ->
                [future] ab { $since } wird der Zugang zu Folgendem für Sie möglicherweise { state }:
               *[now] seit { $since } ist der Zugang zu Folgendem für Sie möglicherweise { state }:
            }
    }
still-checking = Wir prüfen noch, ob das für Sie gilt, und sagen es Ihnen, sobald wir es wissen.
    .question = Davon hängt es ab: { $open_question }
broken-lead =
    { $time ->
        [future]
            { $kind ->
                [degradation] ab { $since } wird Folgendes für Sie nicht so laufen, wie es soll:
               *[outage] ab { $since } wird Folgendes für Sie nicht laufen:
            }
       *[now]
            { $kind ->
                [degradation] seit { $since } läuft Folgendes für Sie nicht so, wie es soll:
                [maintenance] seit { $since } läuft Folgendes für Sie wegen einer Wartung nicht:
               *[outage] seit { $since } läuft Folgendes für Sie nicht:
            }
    }
broken-lead-still =
    { $kind ->
        [degradation] seit { $since } läuft Folgendes für Sie noch immer nicht so, wie es soll:
       *[outage] seit { $since } läuft Folgendes für Sie noch immer nicht:
    }
broken-lead-maybe =
    { $certainty ->
        [both] Folgendes ist für Sie möglicherweise ebenfalls gestört:
       *[possibly]
            { $kind ->
                [degradation]
                    { $time ->
                        [future] ab { $since } läuft Folgendes für Sie möglicherweise nicht so, wie es soll:
                       *[now] seit { $since } läuft Folgendes für Sie möglicherweise nicht so, wie es soll:
                    }
               *[outage]
                    { $time ->
                        [future] ab { $since } läuft Folgendes für Sie möglicherweise nicht:
                       *[now] seit { $since } läuft Folgendes für Sie möglicherweise nicht:
                    }
            }
    }
preheader-still =
    { $time ->
        [future] { first-preheader }
       *[now]
            { $certainty ->
                [possibly] Möglicherweise weiterhin { state }.
               *[affected] Weiterhin { state }.
            }
    }
preheader-next = Nächste Nachricht bis { $next }.

## First notice

first-preheader =
    { $time ->
        [future]
            { $certainty ->
                [possibly] Wird möglicherweise { state } ab { $since }.
               *[affected] Wird { state } ab { $since }.
            }
       *[now]
            { $certainty ->
                [possibly] Möglicherweise { state } seit { $since }.
               *[affected] { state.first } seit { $since }.
            }
    }
    .data = Ihre Daten: { $data }
first-heading =
    { $certainty ->
        [possibly]
            { $time ->
                [future] Ihr Zugang wird möglicherweise { state }
               *[now] Ihr Zugang ist möglicherweise { state }
            }
       *[affected]
            { $time ->
                [future] Ihr Zugang wird { state }
               *[now] Ihr Zugang ist { state }
            }
    }
first-sorry =
    { $time ->
        [future] Wir bitten um Entschuldigung. Sie verlassen sich auf diesen Zugang.
       *[now] Wir bitten um Entschuldigung. Sie verlassen sich auf diesen Zugang und wurden nicht vorgewarnt.
    }
broken-preheader =
    { $time ->
        [future] { fault } ab { $since }.
       *[now] { fault } seit { $since }.
    }
    .maybe = Sie sind möglicherweise betroffen.
broken-heading =
    { $certainty ->
        [possibly] { fault } betrifft Sie möglicherweise
       *[affected]
            { $time ->
                [future] { fault } wird Sie betreffen
               *[now] { fault } betrifft Sie
            }
    }
broken-sorry = Wir bitten um Entschuldigung.

## Holding notice

holding-preheader = Wir klären es gerade. { first-preheader }
holding-heading = Wir klären, was mit Ihrem Zugang ist
holding-lead =
    { $time ->
        [future] ab { $since } wird der Zugang zu Folgendem für Sie { state }, soweit wir das bisher sagen können:
       *[now] seit { $since } ist der Zugang zu Folgendem für Sie { state }, soweit wir das bisher sagen können:
    }
holding-sorry = Wir klären gerade, was geschehen ist und wen es betrifft. Sie sollen es nicht als Erste bemerken; deshalb kommt diese E-Mail, bevor wir alle Antworten haben. Wir bitten um Entschuldigung.
holding-known = Was wir bisher wissen

## Update

update-heading =
    { $time ->
        [future] { first-heading }
       *[now]
            { $certainty ->
                [possibly] Ihr Zugang ist möglicherweise weiterhin { state }
               *[affected] Ihr Zugang ist weiterhin { state }
            }
    }
update-new = Was neu ist
update-elsewhere = Es gibt Neuigkeiten, die uns noch nicht auf Deutsch vorliegen. Fragen Sie uns, und wir erklären sie Ihnen.
update-facts = Wir wissen jetzt mehr. So ist der Stand:
update-nothing = Es gibt nichts Neues zu berichten.
update-sorry = Es tut uns leid, dass es noch andauert.
broken-update-preheader = { broken-update-heading }.
broken-update-heading =
    { $kind ->
        [degradation] Die Störung dauert an
        [maintenance] Die Wartung dauert an
       *[outage] Der Ausfall dauert an
    }

## Correction

correction-preheader = Eine Richtigstellung.
correction-heading = Richtigstellung zu dem, was wir geschrieben haben
correction-sorry = etwas, das wir Ihnen am { $wrote } geschrieben haben, war falsch. Wir bitten um Entschuldigung.
    .undated = etwas, das wir Ihnen geschrieben haben, war falsch. Wir bitten um Entschuldigung.
correction-wrote = Wir haben geschrieben
correction-right = Richtig ist
correction-elsewhere = Der richtige Text liegt uns noch nicht auf Deutsch vor. Fragen Sie uns, und wir erklären ihn Ihnen.
standing = Wie es um Ihren Zugang steht
correction-over = Was wir Ihnen seither zu Folgendem geschrieben haben, gilt weiterhin:
correction-lead =
    { $time ->
        [future] Ab { $since } wird der Zugang zu Folgendem für Sie { state }:
       *[now] Seit { $since } ist der Zugang zu Folgendem für Sie { state } und noch nicht wieder frei:
    }
correction-lead-maybe =
    { $certainty ->
        [both]
            { $time ->
                [future] Außerdem wird der Zugang zu Folgendem für Sie möglicherweise { state }:
               *[now] Außerdem ist der Zugang zu Folgendem für Sie möglicherweise { state }:
            }
       *[possibly]
            { $time ->
                [future] Ab { $since } wird der Zugang zu Folgendem für Sie möglicherweise { state }:
               *[now] Seit { $since } ist der Zugang zu Folgendem für Sie möglicherweise { state }:
            }
    }
correction-whole = Was wir am { $wrote } geschrieben haben
    .undated = Was wir geschrieben haben

## Retraction

retraction-preheader = Bitte betrachten Sie als gegenstandslos, was wir am { $wrote } geschrieben haben: Es war falsch.
    .undated = Bitte betrachten Sie als gegenstandslos, was wir geschrieben haben: Es war falsch.
retraction-heading = Wir ziehen zurück, was wir Ihnen geschrieben haben
retraction-sorry = die Nachricht, die wir Ihnen am { $wrote } geschickt haben, war falsch. Wir ziehen sie zurück: Bitte betrachten Sie sie als gegenstandslos. Wir bitten um Entschuldigung.
    .undated = eine Nachricht, die wir Ihnen geschickt haben, war falsch. Wir ziehen sie zurück: Bitte betrachten Sie sie als gegenstandslos. Wir bitten um Entschuldigung.
retraction-about = Es ging um
retraction-out =
    { $time ->
        [future] Was wir Ihnen davor geschrieben haben, gilt weiterhin. Der Zugang zu Folgendem wird für Sie { state }:
       *[now] Was wir Ihnen davor geschrieben haben, gilt weiterhin. Der Zugang zu Folgendem ist für Sie { state }:
    }
retraction-maybe = Was wir Ihnen davor geschrieben haben, gilt weiterhin. Der Zugang zu Folgendem ist für Sie möglicherweise { state }:
retraction-stands = Was wir Ihnen vor dieser Nachricht geschrieben haben, gilt weiterhin.
retraction-lead =
    { $time ->
        [future] Ab { $since } wird der Zugang zu Folgendem für Sie { state }:
       *[now] Seit { $since } ist der Zugang zu Folgendem für Sie { state }:
    }
retraction-may-be = Der Zugang zu Folgendem ist für Sie möglicherweise { state }:
retraction-nothing = Sie müssen deswegen nichts tun. Betrifft etwas Ihren Zugang, schreiben wir Ihnen erneut.
retraction-question = Haben Sie eine Frage?
retraction-quoted = Was wir zurückziehen

## What ends: restored, a part of it, not affected after all

restored-preheader = Der Zugang ist wieder frei seit { $back }.
restored-heading = Ihr Zugang ist wieder frei
restored-lead = seit { $back } ist der Zugang zu Folgendem für Sie wieder frei:
restored-sorry = Wir bitten um Entschuldigung. Sie verlassen sich auf diesen Zugang, und er hat Ihnen seit { $since } gefehlt.
restored-question = Ist Ihr Zugang nicht wieder frei, oder haben Sie eine Frage?
broken-restored-preheader = Läuft wieder seit { $back }.
broken-restored-heading =
    { $kind ->
        [degradation] Die Störung ist behoben
        [maintenance] Die Wartung ist beendet
       *[outage] Der Ausfall ist behoben
    }
broken-restored-lead = seit { $back } läuft Folgendes für Sie wieder:
broken-restored-sorry = Wir bitten um Entschuldigung. Sie verlassen sich auf diesen Dienst, und er hat Ihnen seit { $since } gefehlt.
broken-restored-question = Läuft es bei Ihnen noch nicht, oder haben Sie eine Frage?
open-lead = seit { $back } können Sie Folgendes nutzen:
lifted-heading =
    { $time ->
        [future] Ihr Zugang wird doch nicht { state }
       *[now] Was Sie möglicherweise betraf, ist vorbei
    }
lifted-preheader = { lifted-heading }.
lifted-lead =
    { $time ->
        [future] wir hatten Ihnen geschrieben, dass der Zugang zu Folgendem für Sie ab { $since } { state } wird oder werden könnte. Dazu kommt es nicht:
       *[now] wir hatten Ihnen geschrieben, dass der Zugang zu Folgendem für Sie möglicherweise { state } ist. Das ist seit { $back } vorbei:
    }
partial-preheader = Ein Teil Ihres Zugangs ist frei seit { $back }.
partial-heading = Ein Teil Ihres Zugangs ist frei
released-preheader = Sie sind doch nicht betroffen.
    .part = Nicht alles davon gilt für Sie.
released-heading = Sie sind doch nicht betroffen
    .part = Nicht alles davon gilt für Sie
released-lead = wir hatten Ihnen geschrieben, dass der folgende Zugang für Sie { state } ist oder sein könnte. Das gilt für Sie nicht oder nicht mehr:
released-sorry = Wir bitten um Entschuldigung für die Unruhe.
released-works = Nach unseren Daten haben Sie Zugang dazu.
    .not = Nach unseren Daten ist der Zugang für Sie derzeit noch { state }.
released-question = Trifft das auf Sie nicht zu, oder haben Sie eine Frage?
rest-out = Weiterhin für Sie { state }
rest-maybe =
    { $rest ->
        [both] Möglicherweise ebenfalls { state }
       *[maybe] Möglicherweise weiterhin für Sie { state }
    }
more-elsewhere = Wir haben dazu noch mehr zu sagen, aber noch nicht auf Deutsch. Fragen Sie uns, und wir erklären es Ihnen.

## Looked at again, and it stands

confirmed-preheader = Wir haben Ihren Fall noch einmal geprüft.
confirmed-heading =
    { $certainty ->
        [possibly] Wir haben noch einmal geprüft: Ihr Zugang ist möglicherweise weiterhin { state }
       *[affected] Wir haben noch einmal geprüft: Ihr Zugang bleibt { state }
    }
confirmed-looked = uns wurde gesagt, dass das auf Sie nicht zutrifft. Ein Mensch hat es noch einmal geprüft.
confirmed-lead =
    { $time ->
        [future] Das Ergebnis: Es gilt auch für Sie. Ab { $since } wird der Zugang zu Folgendem für Sie { state }:
       *[now] Das Ergebnis: Es gilt auch für Sie. Der Zugang zu Folgendem bleibt für Sie { state }:
    }
confirmed-lead-maybe =
    { $certainty ->
        [both] Hier können wir noch nicht sagen, ob es für Sie gilt; auch dieser Zugang ist möglicherweise { state }:
       *[possibly] Das Ergebnis: Wir können noch nicht ausschließen, dass es für Sie gilt. Der Zugang zu Folgendem ist für Sie möglicherweise { state }:
    }
confirmed-sorry = Das tut uns leid. Wir wissen, dass Sie auf eine andere Antwort gehofft haben.
confirmed-question = Immer noch falsch, oder wissen Sie etwas, das wir nicht wissen?
confirmed-tell = Sagen Sie uns, was neu ist, und wir prüfen noch einmal.

## Headings, and what stands under them

start = Beginn
why = Warum
symptom = Was Sie sehen werden
still-works = Was weiterhin läuft
data = Ihre Daten
billing = Abrechnung
action = Was Sie tun müssen
next = Nächste Nachricht
    .promised = Per E-Mail bis { $next }, auch wenn es nichts Neues gibt.
    .open = Per E-Mail, sobald wir mehr wissen.
question = Trifft das auf Sie nicht zu, oder haben Sie eine Frage?
contact =
    { $contact ->
        [phone] Rufen Sie uns an: { $phone }.
        [reply] Antworten Sie auf diese E-Mail, ein Mensch liest sie.
        [reply-phone] Antworten Sie auf diese E-Mail, ein Mensch liest sie, oder rufen Sie uns an: { $phone }.
        [status] Den Stand finden Sie auf unserer Statusseite, unten verlinkt.
       *[none] Bitte wenden Sie sich wie gewohnt an uns.
    }
no-password = Wir fragen Sie nicht nach einem Passwort.
details = Einzelheiten

## Facts. The message itself: confirmed. believed: we think so, and say so

own-words = { $text }
    .believed = Wir gehen davon aus: { $text }
ask = Das liegt uns noch nicht auf Deutsch vor: Bitte fragen Sie uns.
unknown = Das wissen wir noch nicht.
reason-legal = Eine rechtliche Anordnung verlangt das.
reason-security = Ein Sicherheitsnotfall hat das nötig gemacht.
reason-supplier = Einer unserer Zulieferer ist ausgefallen.
reason-capacity = Unsere Kapazität reicht derzeit nicht für alle.
reason-fault = In unseren Systemen ist etwas ausgefallen.
cause-unknown = Die Ursache kennen wir noch nicht.
    .end = Die Ursache kennen wir noch nicht, und auch nicht, wann der Zugang wieder frei ist.
cause-government_directive = Eine behördliche Anordnung verlangt das.
    .believed = Wir gehen davon aus, dass eine behördliche Anordnung das verlangt.
cause-court_order = Eine gerichtliche Anordnung verlangt das.
    .believed = Wir gehen davon aus, dass eine gerichtliche Anordnung das verlangt.
legal_basis-literal = Rechtsgrundlage ist { $text }.
    .believed = Wir gehen davon aus, dass { $text } die Rechtsgrundlage ist.
assessment-misunderstanding = Es ist ein Missverständnis.
    .believed = Wir gehen von einem Missverständnis aus.
end-unknown = Wann der Zugang wieder frei ist, wissen wir noch nicht.
end-moment = Der Zugang ist spätestens { $when } wieder frei.
    .believed = Wir gehen davon aus, dass der Zugang spätestens { $when } wieder frei ist; sicher ist das nicht.
effort-restoring = Wir arbeiten daran, den Zugang wieder freizugeben.
    .believed = Wir gehen davon aus, dass an der Freigabe des Zugangs gearbeitet wird.
symptom-literal = Anfragen enden mit { $text }.
    .believed = Wir gehen davon aus, dass Anfragen mit { $text } enden.
still_works-other_services = Alle unsere anderen Dienste laufen wie gewohnt.
    .believed = Wir gehen davon aus, dass alle unsere anderen Dienste wie gewohnt laufen.
still_works-nothing_else = Nichts: Alle unsere Dienste sind betroffen.
    .believed = Wir gehen davon aus, dass alle unsere Dienste betroffen sind.
data-kept = Sie bleiben unverändert erhalten.
    .believed = Wir gehen davon aus, dass sie unverändert erhalten bleiben.
data-at_risk = Sie sind gefährdet. Bitte verwenden Sie eine eigene Kopie, falls Sie eine haben.
    .believed = Wir gehen davon aus, dass sie gefährdet sind. Bitte verwenden Sie eine eigene Kopie, falls Sie eine haben.
data-partly_lost = Ein Teil ist verloren.
    .believed = Wir gehen davon aus, dass ein Teil verloren ist.
data-lost = Sie sind verloren.
    .believed = Wir gehen davon aus, dass sie verloren sind.
billing-not_charged = Die Zeit ohne Zugang wird nicht berechnet.
    .believed = Wir gehen davon aus, dass die Zeit ohne Zugang nicht berechnet wird.
billing-charged = Die Abrechnung läuft weiter wie bisher.
    .believed = Wir gehen davon aus, dass die Abrechnung weiterläuft wie bisher.
billing-credited = Die Zeit ohne Zugang wird berechnet und Ihnen danach gutgeschrieben.
    .believed = Wir gehen davon aus, dass Ihnen die Zeit ohne Zugang gutgeschrieben wird.
action-none = Nichts.
    .believed = Wir gehen davon aus, dass Sie nichts tun müssen.
