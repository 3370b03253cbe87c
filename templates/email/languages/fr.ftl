### Ce que dit un message en français. Noms et valeurs : voir en.ftl.


## How people, times and lists are called

gap = { " " }
hedges = il se peut | peut-être | peut être | pourrait | nous pensons | savons pas encore | connaissons pas encore | pour autant que | d’après ce que nous savons | { $at } environ
label = { $label } : { $text }
hello = Bonjour { $name },
    .unknown = Bonjour,
what = { $services }, pour { $customers }
    .line = { $customer } : { $services }
more =
    { $n ->
        [one] { $n } autre
       *[other] { $n } autres
    }
    .lines =
        { $n ->
            [one] et { $n } autre
           *[other] et { $n } autres
        }
more-rest =
    { $contact ->
        [status] Cette liste est trop longue pour un message. Demandez-nous la suite.
       *[none] Cette liste est trop longue pour un message. Demandez-nous la suite. { contact }
    }
day = EEEE d MMMM
    .weekday = EEEE
time = { $day } { $at }
    .soon = { $weekday } { $at }
    .at = à { $clock } ({ $zone })
    .utc = à { $clock } ({ $zone }, { $utc } UTC)
    .utc-other-day = à { $clock } ({ $zone }, { $weekday } { $utc } UTC)
    .about = { $at } environ
    .latest = { $when } au plus tard
as-of = Situation au { $when }.
zone = { $zone }
test = ESSAI : ce message est un simple test. Merci de ne pas en tenir compte.
copy = COPIE d’un message envoyé le { $when }.
state =
    { $kind ->
        [outage] interrompu
        [degradation] perturbé
        [maintenance] interrompu pour maintenance
       *[suspension] suspendu
    }
fault =
    { $kind ->
        [degradation] Une perturbation
        [maintenance] Une maintenance
       *[outage] Une panne
    }

## The subject: the same in all notices of a disruption

subject =
    { $kind ->
        [outage] Panne touchant { $services } (référence { $reference })
        [degradation] Perturbation touchant { $services } (référence { $reference })
        [maintenance] Maintenance touchant { $services } (référence { $reference })
       *[suspension] Suspension de l’accès à { $services } (référence { $reference })
    }
    .titled = { $title } (référence { $reference })

## What is out

lead =
    { $time ->
        [future] À partir du { $since }, l’accès à ce qui suit sera { state } pour vous :
       *[now] Depuis le { $since }, l’accès à ce qui suit est { state } pour vous :
    }
lead-still =
    { $time ->
        [future] À partir du { $since }, l’accès à ce qui suit sera { state } pour vous :
       *[now] Depuis le { $since }, l’accès à ce qui suit est { state } pour vous et n’est pas encore rétabli :
    }
lead-maybe =
    { $certainty ->
        [both] Il se peut aussi que l’accès à ce qui suit soit { state } pour vous :
       *[possibly]
            { $time ->
                [future] À partir du { $since }, il se peut que l’accès à ce qui suit soit { state } pour vous :
               *[now] Depuis le { $since }, il se peut que l’accès à ce qui suit soit { state } pour vous :
            }
    }
still-checking = Nous vérifions encore si cela vous concerne, et vous le dirons dès que nous le saurons.
    .question = Ce qui en décide : { $open_question }
broken-lead =
    { $time ->
        [future]
            { $kind ->
                [degradation] À partir du { $since }, ce qui suit ne fonctionnera pas comme il le devrait pour vous :
               *[outage] À partir du { $since }, ce qui suit ne fonctionnera pas pour vous :
            }
       *[now]
            { $kind ->
                [degradation] Depuis le { $since }, ce qui suit ne fonctionne pas comme il le devrait pour vous :
                [maintenance] Depuis le { $since }, ce qui suit est en maintenance et ne fonctionne pas pour vous :
               *[outage] Depuis le { $since }, ce qui suit ne fonctionne pas pour vous :
            }
    }
broken-lead-still =
    { $kind ->
        [degradation] Ce qui suit ne fonctionne toujours pas comme il le devrait pour vous, depuis le { $since } :
       *[outage] Ce qui suit ne fonctionne toujours pas pour vous, depuis le { $since } :
    }
broken-lead-maybe =
    { $certainty ->
        [both] Il se peut que ce qui suit vous concerne aussi :
       *[possibly]
            { $kind ->
                [degradation]
                    { $time ->
                        [future] À partir du { $since }, il se peut que ce qui suit ne fonctionne pas comme il le devrait pour vous :
                       *[now] Depuis le { $since }, il se peut que ce qui suit ne fonctionne pas comme il le devrait pour vous :
                    }
               *[outage]
                    { $time ->
                        [future] À partir du { $since }, il se peut que ce qui suit ne fonctionne pas pour vous :
                       *[now] Depuis le { $since }, il se peut que ce qui suit ne fonctionne pas pour vous :
                    }
            }
    }
preheader-still =
    { $time ->
        [future] { first-preheader }
       *[now]
            { $certainty ->
                [possibly] Accès peut-être toujours { state }.
               *[affected] Accès toujours { state }.
            }
    }
preheader-next = Prochain message d’ici { $next }.

## First notice

first-preheader =
    { $time ->
        [future]
            { $certainty ->
                [possibly] Accès peut-être { state } à partir du { $since }.
               *[affected] Accès { state } à partir du { $since }.
            }
       *[now]
            { $certainty ->
                [possibly] Accès peut-être { state } depuis le { $since }.
               *[affected] Accès { state } depuis le { $since }.
            }
    }
    .data = Vos données : { $data }
first-heading =
    { $certainty ->
        [possibly]
            { $time ->
                [future] Votre accès sera peut-être { state }
               *[now] Votre accès est peut-être { state }
            }
       *[affected]
            { $time ->
                [future] Votre accès va être { state }
               *[now] Votre accès est { state }
            }
    }
first-sorry =
    { $time ->
        [future] Nous vous prions de nous excuser. Vous comptez sur cet accès.
       *[now] Nous vous prions de nous excuser. Vous comptez sur cet accès, et cela arrive sans préavis.
    }
broken-preheader =
    { $time ->
        [future] { fault } à partir du { $since }.
       *[now] { fault } depuis le { $since }.
    }
    .maybe = Vous êtes peut-être concerné.
broken-heading =
    { $certainty ->
        [possibly] { fault } vous concerne peut-être
       *[affected]
            { $time ->
                [future] { fault } va vous concerner
               *[now] { fault } vous concerne
            }
    }
broken-sorry = Nous vous prions de nous excuser.

## Holding notice

holding-preheader = Nous cherchons à comprendre. { first-preheader }
holding-heading = Nous vérifions l’état de votre accès
holding-lead =
    { $time ->
        [future] À partir du { $since }, l’accès à ce qui suit sera { state } pour vous, pour autant que nous le sachions :
       *[now] Depuis le { $since }, l’accès à ce qui suit est { state } pour vous, pour autant que nous le sachions :
    }
holding-sorry = Nous cherchons à savoir ce qui s’est passé et qui est concerné. Nous ne voulions pas que vous le découvriez avant nous ; c’est pourquoi ce message arrive avant toutes les réponses. Nous vous prions de nous excuser.
holding-known = Ce que nous savons jusqu’ici

## Update

update-heading =
    { $time ->
        [future] { first-heading }
       *[now]
            { $certainty ->
                [possibly] Votre accès est peut-être toujours { state }
               *[affected] Votre accès est toujours { state }
            }
    }
update-new = Ce qui est nouveau
update-elsewhere = Il y a du nouveau, que nous n’avons pas encore en français. Demandez-nous et nous vous l’expliquerons.
update-facts = Nous en savons plus. Voici où en sont les choses :
update-nothing = Rien de nouveau à signaler.
update-sorry = Nous sommes désolés que cela dure encore.
broken-update-preheader = { broken-update-heading }.
broken-update-heading =
    { $kind ->
        [degradation] La perturbation continue
        [maintenance] La maintenance continue
       *[outage] La panne continue
    }

## Correction

correction-preheader = Une rectification.
correction-heading = Rectification de ce que nous avons écrit
correction-sorry = Une information de notre message du { $wrote } était erronée. Nous vous prions de nous excuser.
    .undated = Une information de l’un de nos messages était erronée. Nous vous prions de nous excuser.
correction-wrote = Nous avons écrit
correction-right = Ce qui est exact
correction-elsewhere = Le texte rectifié n’existe pas encore en français. Demandez-nous et nous vous l’expliquerons.
standing = Où en est votre accès
correction-over = Ce que nous vous avons écrit depuis sur ce qui suit reste valable :
correction-lead = { lead-still }
correction-lead-maybe = { lead-maybe }
correction-whole = Ce que nous avons écrit le { $wrote }
    .undated = Ce que nous avons écrit

## Retraction

retraction-preheader = Veuillez ne pas tenir compte de notre message du { $wrote } : il était erroné.
    .undated = Veuillez ne pas tenir compte de l’un de nos messages : il était erroné.
retraction-heading = Nous retirons ce que nous vous avons écrit
retraction-sorry = Le message que nous vous avons envoyé le { $wrote } était erroné. Nous le retirons : veuillez ne pas en tenir compte. Nous vous prions de nous excuser.
    .undated = Un message que nous vous avons envoyé était erroné. Nous le retirons : veuillez ne pas en tenir compte. Nous vous prions de nous excuser.
retraction-about = Il s’agissait de
retraction-out =
    { $time ->
        [future] Ce que nous vous avions écrit avant ce message reste valable. L’accès à ce qui suit sera { state } pour vous :
       *[now] Ce que nous vous avions écrit avant ce message reste valable. L’accès à ce qui suit est { state } pour vous :
    }
retraction-maybe = Ce que nous vous avions écrit avant ce message reste valable. Il se peut que l’accès à ce qui suit soit { state } pour vous :
retraction-stands = Ce que nous vous avions écrit avant ce message reste valable.
retraction-lead = { lead }
retraction-may-be = Il se peut que l’accès à ce qui suit soit { state } pour vous :
retraction-nothing = Vous n’avez rien à faire pour autant. Si quelque chose concerne votre accès, nous vous écrirons de nouveau.
retraction-question = Une question ?
retraction-quoted = Ce que nous retirons

## What ends: restored, a part of it, not affected after all

restored-preheader = L’accès est rétabli depuis le { $back }.
restored-heading = Votre accès est rétabli
restored-lead = Depuis le { $back }, l’accès à ce qui suit est rétabli pour vous :
restored-sorry = Nous vous prions de nous excuser. Vous comptez sur cet accès, et il vous a manqué depuis le { $since }.
restored-question = L’accès ne fonctionne pas encore, ou vous avez une question ?
broken-restored-preheader = Tout fonctionne de nouveau depuis le { $back }.
broken-restored-heading =
    { $kind ->
        [degradation] La perturbation est terminée
        [maintenance] La maintenance est terminée
       *[outage] La panne est terminée
    }
broken-restored-lead = Depuis le { $back }, ce qui suit fonctionne de nouveau pour vous :
broken-restored-sorry = Nous vous prions de nous excuser. Vous comptez sur ce service, et il vous a manqué depuis le { $since }.
broken-restored-question = Cela ne fonctionne pas encore, ou vous avez une question ?
open-lead = Depuis le { $back }, vous pouvez utiliser ce qui suit :
lifted-heading =
    { $time ->
        [future] Finalement, votre accès ne sera pas { state }
       *[now] Ce qui vous concernait peut-être est terminé
    }
lifted-preheader = { lifted-heading }.
lifted-lead =
    { $time ->
        [future] Nous vous avions écrit qu’à partir du { $since }, l’accès à ce qui suit serait, ou pourrait être, { state } pour vous. Il n’en sera rien :
       *[now] Nous vous avions écrit que l’accès à ce qui suit était peut-être { state } pour vous. C’est terminé depuis le { $back } :
    }
partial-preheader = Une partie de votre accès est disponible depuis le { $back }.
partial-heading = Une partie de votre accès est disponible
released-preheader = Finalement, cela ne vous concerne pas.
    .part = Une partie ne vous concerne pas.
released-heading = Finalement, cela ne vous concerne pas
    .part = Une partie ne vous concerne pas
released-lead = Nous vous avions écrit que l’accès à ce qui suit est, ou pourrait être, { state } pour vous. Cela ne vous concerne pas, ou plus :
released-sorry = Nous vous prions de nous excuser pour l’inquiétude causée.
released-works = D’après nos données, vous y avez accès.
    .not = D’après nos données, l’accès est encore { state } pour vous en ce moment.
released-question = Ce n’est pas exact, ou vous avez une question ?
rest-out = Toujours { state } pour vous
rest-maybe =
    { $rest ->
        [both] Peut-être { state } aussi
       *[maybe] Peut-être toujours { state } pour vous
    }
more-elsewhere = Nous avons davantage à dire, mais pas encore en français. Demandez-nous et nous vous l’expliquerons.

## Looked at again, and it stands

confirmed-preheader = Nous avons réexaminé votre situation.
confirmed-heading =
    { $certainty ->
        [possibly] Nous avons réexaminé votre situation : votre accès est peut-être toujours { state }
       *[affected] Nous avons réexaminé votre situation : votre accès reste { state }
    }
confirmed-looked = On nous a dit que cela ne vous concernait pas. Une personne de notre équipe a réexaminé votre situation.
confirmed-lead =
    { $time ->
        [future] Le résultat : cela vous concerne bien. À partir du { $since }, l’accès à ce qui suit sera { state } pour vous :
       *[now] Le résultat : cela vous concerne bien. L’accès à ce qui suit reste { state } pour vous :
    }
confirmed-lead-maybe =
    { $certainty ->
        [both] Pour ce qui suit, nous ne pouvons pas encore dire si cela vous concerne ; il se peut que l’accès soit { state } aussi :
       *[possibly] Le résultat : nous ne pouvons pas encore exclure que cela vous concerne. Il se peut que l’accès à ce qui suit soit { state } pour vous :
    }
confirmed-sorry = Nous le regrettons. Nous savons que vous espériez une autre réponse.
confirmed-question = Toujours pas exact, ou savez-vous quelque chose que nous ignorons ?
confirmed-tell = Dites-nous ce qui est nouveau, et nous vérifierons encore.

## Headings, and what stands under them

start = Début
why = Pourquoi
symptom = Ce que vous verrez
still-works = Ce qui fonctionne toujours
data = Vos données
billing = Facturation
action = Ce que vous avez à faire
next = Prochain message
    .promised = Par e-mail d’ici { $next }, même s’il n’y a rien de nouveau.
    .open = Par e-mail, dès que nous en saurons plus.
question = Cela ne vous concerne pas, ou vous avez une question ?
contact =
    { $contact ->
        [phone] Appelez le { $phone }.
        [reply] Répondez à ce message, une personne vous lira.
        [reply-phone] Répondez à ce message, une personne vous lira, ou appelez le { $phone }.
        [status] L’état de la situation figure sur notre page de statut, en lien ci-dessous.
       *[none] Veuillez nous contacter par vos moyens habituels.
    }
no-password = Nous ne vous demanderons pas de mot de passe.
details = Détails

## Facts. The message itself: confirmed. believed: we think so, and say so

own-words = { $text }
    .believed = D’après ce que nous savons à ce stade : { $text }
ask = Nous n’avons pas encore cette information en français : posez-nous la question.
unknown = Nous ne le savons pas encore.
reason-legal = Une obligation légale nous l’impose.
reason-security = Une urgence de sécurité l’a rendu nécessaire.
reason-supplier = L’un de nos fournisseurs est défaillant.
reason-capacity = Notre capacité ne suffit pas pour tous en ce moment.
reason-fault = Quelque chose est tombé en panne dans nos systèmes.
cause-unknown = Nous n’en connaissons pas encore la cause.
    .end = Nous ne connaissons pas encore la cause, ni le moment où l’accès sera rétabli.
cause-government_directive = Une directive gouvernementale l’exige.
    .believed = Nous pensons qu’une directive gouvernementale l’exige.
cause-court_order = Une décision de justice l’exige.
    .believed = Nous pensons qu’une décision de justice l’exige.
legal_basis-literal = La base juridique est : { $text }.
    .believed = Nous pensons que la base juridique est : { $text }.
assessment-misunderstanding = Il s’agit d’un malentendu.
    .believed = Nous pensons qu’il s’agit d’un malentendu.
end-unknown = Nous ne savons pas encore quand l’accès sera rétabli.
end-moment = L’accès sera rétabli au plus tard le { $when }.
    .believed = Nous pensons que l’accès sera rétabli au plus tard le { $when }, mais ce n’est pas certain.
effort-restoring = Nous travaillons à rétablir l’accès.
    .believed = Nous pensons que le rétablissement de l’accès est en cours.
symptom-literal = Les requêtes échouent avec { $text }.
    .believed = Nous pensons que les requêtes échouent avec { $text }.
still_works-other_services = Tous nos autres services fonctionnent comme d’habitude.
    .believed = Nous pensons que tous nos autres services fonctionnent comme d’habitude.
still_works-nothing_else = Rien : tous nos services sont concernés.
    .believed = Nous pensons que tous nos services sont concernés.
data-kept = Conservées, sans changement.
    .believed = Nous pensons qu’elles sont conservées, sans changement.
data-at_risk = Elles risquent d’être perdues. Veuillez utiliser votre propre copie, si vous en avez une.
    .believed = Nous pensons qu’elles risquent d’être perdues. Veuillez utiliser votre propre copie, si vous en avez une.
data-partly_lost = Une partie est perdue.
    .believed = Nous pensons qu’une partie est perdue.
data-lost = Elles sont perdues.
    .believed = Nous pensons qu’elles sont perdues.
billing-not_charged = Le temps sans accès n’est pas facturé.
    .believed = Nous pensons que le temps sans accès ne sera pas facturé.
billing-charged = La facturation continue comme avant.
    .believed = Nous pensons que la facturation continue comme avant.
billing-credited = Le temps sans accès est facturé, puis vous est remboursé sous forme d’avoir.
    .believed = Nous pensons que le temps sans accès vous sera remboursé sous forme d’avoir.
action-none = Rien.
    .believed = Nous pensons que vous n’avez rien à faire.
