### What a mail says in English. A skeleton in email/notices asks for these messages by their names.
### Filled in: { $since } and the like. Chosen by the situation: $certainty (affected, possibly; both: some of
### each), $time (now, future), $kind (suspension, outage, degradation, maintenance), $contact (how people reach
### the company), $rest (what is still out where something else ends), $n (a number: one form for each plural).
### A translation may choose by more or by fewer of them. Everything stays one whole sentence.


## How people, times and lists are called

# Between two sentences.
gap = { " " }
# In plain text: "Billing: not charged."
label = { $label }: { $text }
# unknown: of some people there is no name.
hello = Hello { $name },
    .unknown = Hello,
# line: several organisations, one in each line.
what = { $services }, for { $customers }
    .line = { $customer }: { $services }
# Ends a list: "A, B, and 17 more".
more = { $n } more
    .lines = and { $n } more
# Patterns of days: Unicode LDML.
day = EEEE d MMMM
    .weekday = EEEE
# about, latest: a time that is not sure. All of them follow "as of", "since", "from", "before" and "on".
time = { $day }, { $clock } { $zone }
    .soon = { $weekday } { $clock } { $zone }
    .about = about { $when }
    .latest = { $when } at the latest
    .utc = { $clock } UTC
    .utc-other-day = { $clock } UTC { $weekday }
# After a fact: when the company knew this.
as-of = As of { $when }.
# Names for abbreviations that readers would not use.
zone = { $zone }
# First line of a mail outside the count.
test = TEST: this message is only being tried out. Please do not act on it.
copy = COPY of a message that was sent on { $when }.
# first: where it begins a sentence.
state =
    { $kind ->
        [outage] interrupted
        [degradation] impaired
        [maintenance] interrupted for maintenance
       *[suspension] suspended
    }
    .first =
        { $kind ->
            [outage] Interrupted
            [degradation] Impaired
            [maintenance] Interrupted for maintenance
           *[suspension] Suspended
        }

## The subject: the same in all notices of a disruption

# No placeholder of a person's: the subject is the same for everybody.
subject = Your access to { $services } (reference { $reference })
    .titled = { $title } (reference { $reference })

## What is out

# The services stand under it.
lead =
    { $time ->
        [future] From { $since }, access to the following will be { state } for you:
       *[now] As of { $since }, access to the following is { state } for you:
    }
lead-still =
    { $time ->
        [future] From { $since }, access to the following will be { state } for you:
       *[now] As of { $since }, access to the following is { state } for you. It has not returned yet:
    }
# both: it follows a lead with what is out surely.
lead-maybe =
    { $certainty ->
        [both] Access to the following may be { state } for you as well:
       *[possibly]
            { $time ->
                [future] From { $since }, access to the following may be { state } for you:
               *[now] As of { $since }, access to the following may be { state } for you:
            }
    }
still-checking = We are still checking whether this applies to you, and will tell you once we know.
# broken: what is out because of a fault or of maintenance, and not because somebody was cut off.
broken-lead =
    { $kind ->
        [outage] Since { $since }, the following does not work for you:
        [degradation] Since { $since }, the following does not work for you as it should:
       *[maintenance]
            { $time ->
                [future] From { $since }, the following is out of service for you, for maintenance:
               *[now] Since { $since }, the following is out of service for you, for maintenance:
            }
    }
broken-lead-still =
    { $kind ->
        [degradation] The following still does not work for you as it should, since { $since }:
       *[outage] The following still does not work for you, since { $since }:
    }
broken-lead-maybe =
    { $certainty ->
        [both] The following may be out of order for you as well:
       *[possibly]
            { $kind ->
                [degradation]
                    { $time ->
                        [future] From { $since }, the following may not work for you as it should:
                       *[now] Since { $since }, the following may not work for you as it should:
                    }
               *[outage]
                    { $time ->
                        [future] From { $since }, the following may not work for you:
                       *[now] Since { $since }, the following may not work for you:
                    }
            }
    }
# The line of an inbox.
preheader-still =
    { $time ->
        [future] To be { state } from { $since }.
       *[now]
            { $certainty ->
                [possibly] Possibly still { state }.
               *[affected] Still { state }.
            }
    }
preheader-next = Next update before { $next }.

## First notice

first-preheader =
    { $time ->
        [future] To be { state } from { $since }.
       *[now]
            { $certainty ->
                [possibly] Possibly { state } since { $since }.
               *[affected] { state.first } since { $since }.
            }
    }
    .data = Your data: { $data }
first-heading =
    { $certainty ->
        [possibly] Your access may be { state }
       *[affected]
            { $time ->
                [future] Your access will be { state }
               *[now] Your access is { state }
            }
    }
first-sorry =
    { $time ->
        [future] We are sorry. You rely on this.
       *[now] We are sorry. You rely on this and had no warning.
    }
broken-preheader =
    { $time ->
        [future]
            { $kind ->
                [degradation] A fault from { $since }. We are working on it.
                [maintenance] Maintenance from { $since }.
               *[outage] An outage from { $since }. We are working on it.
            }
       *[now]
            { $kind ->
                [degradation] A fault since { $since }. We are working on it.
                [maintenance] Maintenance since { $since }.
               *[outage] An outage since { $since }. We are working on it.
            }
    }
broken-heading =
    { $certainty ->
        [possibly]
            { $kind ->
                [degradation] A fault may affect you
                [maintenance] Maintenance may affect you
               *[outage] An outage may affect you
            }
       *[affected]
            { $kind ->
                [degradation] A fault affects you
                [maintenance] Maintenance affects you
               *[outage] An outage affects you
            }
    }
broken-sorry =
    { $kind ->
        [maintenance] We are sorry.
       *[outage] We are sorry. We are working on it.
    }
restoring = We are working to restore access.

## Holding notice

holding-preheader =
    { $time ->
        [future] We are looking into it. To be { state } from { $since }.
       *[now]
            { $certainty ->
                [possibly] We are looking into it. Possibly { state } since { $since }.
               *[affected] We are looking into it. { state.first } since { $since }.
            }
    }
holding-heading = We are looking into your access
holding-lead =
    { $time ->
        [future] From { $since }, access to the following will be { state } for you, as far as we can tell so far:
       *[now] As of { $since }, access to the following is { state } for you, as far as we can tell so far:
    }
holding-sorry = We are finding out what has happened and for whom. We did not want you to be the first to notice, so this mail comes before all the answers. We are sorry.
holding-known = What we know so far

## Update

update-heading =
    { $certainty ->
        [possibly]
            { $time ->
                [future] Your access may be { state }
               *[now] Your access may still be { state }
            }
       *[affected]
            { $time ->
                [future] Your access will be { state }
               *[now] Your access is still { state }
            }
    }
update-new = What is new
update-elsewhere = There is news that we do not have in English yet. Reply to this mail and we will explain it to you.
update-facts = What we know has changed. This is how it stands now:
update-nothing = Nothing new to report. We are working on it.
update-sorry = We are sorry that this goes on.
broken-update-preheader =
    { $kind ->
        [degradation] The fault goes on.
        [maintenance] Maintenance goes on.
       *[outage] The outage goes on.
    }
broken-update-heading =
    { $kind ->
        [degradation] The fault goes on
        [maintenance] The maintenance goes on
       *[outage] The outage goes on
    }

## Correction

correction-preheader = A correction.
correction-heading = A correction to what we wrote
correction-sorry = Something that we wrote to you on { $wrote } was wrong. We are sorry.
    .undated = Something that we wrote to you was wrong. We are sorry.
# Headings over what is quoted and over what is right.
correction-wrote = We wrote
correction-right = This is right
correction-elsewhere = We do not have the corrected words in English yet. Reply to this mail and we will explain them to you.
standing = How your access stands
correction-over = What we wrote to you since then about the following still holds:
correction-lead = { lead-still }
correction-lead-maybe = { lead-maybe }
correction-whole = What we wrote on { $wrote }
    .undated = What we wrote

## Retraction

retraction-preheader = Please disregard what we wrote on { $wrote }: it was wrong.
    .undated = Please disregard what we wrote: it was wrong.
retraction-heading = We withdraw what we wrote to you
retraction-sorry = The message that we sent you on { $wrote } was wrong. We withdraw it: please disregard it. We are sorry.
    .undated = A message that we sent you was wrong. We withdraw it: please disregard it. We are sorry.
retraction-about = It was about
retraction-out =
    { $time ->
        [future] What we wrote to you before it still holds. Access to the following will be { state } for you:
       *[now] What we wrote to you before it still holds. Access to the following is { state } for you:
    }
retraction-maybe = What we wrote to you before it still holds. Access to the following may be { state } for you:
retraction-stands = What we wrote to you before that message still holds.
retraction-lead = { lead }
retraction-may-be = Access to the following may be { state } for you:
retraction-nothing = You do not need to do anything because of it. If something does concern your access, we will write to you again.
retraction-question = A question?
retraction-quoted = What we withdraw

## What ends: restored, a part of it, not affected after all

restored-preheader = Access is back since { $back }.
restored-heading = Your access is back
restored-lead = As of { $back }, access to the following is back for you:
restored-sorry = We are sorry. You rely on this and had been without it since { $since }.
restored-question = Not back for you, or a question?
broken-restored-preheader = Working again since { $back }.
broken-restored-heading =
    { $kind ->
        [degradation] The fault is over
        [maintenance] The maintenance is over
       *[outage] The outage is over
    }
broken-restored-lead = Since { $back }, the following works for you again:
broken-restored-sorry = { restored-sorry }
broken-restored-question = Not working for you yet, or a question?
partial-preheader =
    { $rest ->
        [none] Access is back since { $back }.
       *[maybe] Part of your access is back since { $back }.
    }
partial-heading =
    { $rest ->
        [none] Your access is back
       *[maybe] Part of your access is back
    }
released-preheader =
    { $rest ->
        [none] You are not affected after all.
       *[maybe] Not all of it applies to you.
    }
released-heading =
    { $rest ->
        [none] You are not affected after all
       *[maybe] Not all of it applies to you
    }
released-lead = We wrote to you that access to the following is, or may be, { state } for you. That does not apply to you, or no longer does:
released-sorry = We are sorry for the worry.
released-question = Not true for you, or a question?
# What does not end for the reader.
rest-out = Still { state } for you
rest-maybe =
    { $rest ->
        [both] May be { state } as well
       *[maybe] May still be { state } for you
    }
more-elsewhere = We have more to say about this, but not in English yet. Reply to this mail and we will explain it to you.

## Looked at again, and it stands

confirmed-preheader =
    { $certainty ->
        [possibly] Possibly still { state }. We have looked at your case again.
       *[affected] Still { state }. We have looked at your case again.
    }
confirmed-heading =
    { $certainty ->
        [possibly] We have looked again: your access may still be { state }
       *[affected] We have looked again: your access stays { state }
    }
confirmed-looked = We were told that this is wrong for you. A person has looked at it again.
confirmed-lead =
    { $time ->
        [future] The result: it does apply to you. From { $since }, access to the following will be { state } for you:
       *[now] The result: it does apply to you. Access to the following stays { state } for you:
    }
confirmed-lead-maybe =
    { $certainty ->
        [both] For the following we still cannot say whether it applies to you; access to it may be { state } as well:
       *[possibly] The result: we still cannot say that it does not apply to you. Access to the following may be { state } for you:
    }
confirmed-sorry = We are sorry. We know that this is not the answer you hoped for.
confirmed-question = Still wrong, or do you know something we do not?
confirmed-tell = Tell us what is new, and we will look once more.

## Headings, and what stands under them

why = Why
symptom = What you will see
still-works = What still works
data = Your data
billing = Billing
action = What you need to do
next = Next update
    .promised = By mail before { $next }, even if nothing is new.
    .open = By mail, as soon as we know more.
question = Wrong for you, or a question?
# reply: a person reads the answers.
contact =
    { $contact ->
        [phone] Call { $phone }.
        [reply] Reply to this mail, a person reads it.
        [reply-phone] Reply to this mail, a person reads it, or call { $phone }.
       *[none] Reply to this mail.
    }
no-password = We will not ask for a password.
details = Details

## Facts. The message itself: confirmed. believed: we think so, and say so

# A fact in the company's own words.
own-words = { $text }
    .believed = We believe: { $text }
# A fact that the company has not written in this language.
ask = Please ask us.
reason-legal = A legal order requires this.
reason-security = A security emergency made this necessary.
reason-supplier = One of our suppliers has let us down.
reason-capacity = We do not have the capacity to serve everybody at present.
reason-fault = Something in our systems has failed.
reason-unknown = We do not yet know the cause.
cause-unknown = We do not yet know the cause.
cause-government_directive = A government directive requires this.
    .believed = We believe that a government directive requires this.
cause-court_order = A court order requires this.
    .believed = We believe that a court order requires this.
legal_basis-unknown = We do not yet know the legal basis.
legal_basis-literal = The legal basis is { $text }.
    .believed = We believe that the legal basis is { $text }.
assessment-unknown = We do not yet know more.
assessment-misunderstanding = It is a misunderstanding.
    .believed = We believe it is a misunderstanding.
end-unknown = We do not yet know when access returns.
end-moment = Access returns by { $when }.
    .believed = We believe that access returns by { $when }, but this is not certain.
symptom-unknown = We do not yet know which error you will see.
symptom-literal = Requests fail with { $text }.
    .believed = We believe that requests fail with { $text }.
still_works-unknown = We do not yet know whether anything else is affected.
still_works-other_services = All our other services work as usual.
    .believed = We believe that all our other services work as usual.
still_works-nothing_else = Nothing: all our services are affected.
    .believed = We believe that all our services are affected.
# Follows the heading "Your data".
data-unknown = We do not yet know whether it is affected.
data-kept = Kept, unchanged.
    .believed = We believe that it is kept, unchanged.
data-at_risk = At risk. Please use a copy of your own if you have one.
    .believed = We believe that it is at risk. Please use a copy of your own if you have one.
data-partly_lost = Part of it is lost.
    .believed = We believe that part of it is lost.
data-lost = It is lost.
    .believed = We believe that it is lost.
billing-unknown = We do not yet know how this will be billed.
billing-not_charged = Time without access is not charged.
    .believed = We believe that time without access will not be charged.
billing-charged = Billing goes on as before.
    .believed = We believe that billing goes on as before.
billing-credited = Time without access is charged, and credited to you afterwards.
    .believed = We believe that time without access will be credited to you.
# Follows the heading "What you need to do".
action-unknown = We do not yet know.
action-none = Nothing.
    .believed = We believe: nothing.
