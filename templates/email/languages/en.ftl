### What a mail says in English. A skeleton in email/notices asks for these messages by their names.
### Filled in: { $since } and the like. Chosen by the situation: $certainty (affected, possibly; both: some of
### each), $time (now, future), $kind (suspension, outage, degradation, maintenance), $contact (how people reach
### the company), $rest (what is still out where something else ends), $n (a number: one form for each plural).
### A translation may choose by more or by fewer of them. Everything stays one whole sentence.


## How people, times and lists are called

# Between two sentences.
gap = { " " }
# Never said. The words of this language that say that something is not sure: lint looks for them.
hedges = may | might | possibly | we believe | we expect | not yet know | cannot say | as far as we can tell | about { $at }
# In plain text: "Billing: not charged."
label = { $label }: { $text }
# unknown: of some people there is no name.
hello = Hello { $name },
    .unknown = Hello,
# Under the greeting, to whoever reads English because their language is missing. A translation leaves it out.
any-language = We cannot write to you in your language yet, but you can reply in it.
# line: several organisations, one in each line.
what = { $services }, for { $customers }
    .line = { $customer }: { $services }
# Ends a list: "A, B, and 17 more".
more = { $n } more
    .lines = and { $n } more
# In a line of its own under such a list, whatever it is about.
more-rest =
    { $contact ->
        [status] This list is longer than fits into an email. Ask us for the rest.
       *[none] This list is longer than fits into an email. Ask us for the rest. { contact }
    }
# Patterns of days: Unicode LDML.
day = EEEE d MMMM
    .weekday = EEEE
# at: for readers in UTC; utc, utc-other-day: for all others. about, latest: a time that is not sure.
# All of them follow "as of", "since", "from", "before" and "on".
time = { $day }, { $at }
    .soon = { $weekday } { $at }
    .at = { $clock } { $zone }
    .utc = { $clock } { $zone } ({ $utc } UTC)
    .utc-other-day = { $clock } { $zone } ({ $utc } UTC { $weekday })
    .about = about { $at }
    .latest = { $when } at the latest
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
# What broke; begins a sentence or a heading.
fault =
    { $kind ->
        [degradation] A fault
        [maintenance] Maintenance
       *[outage] An outage
    }

## The subject: the same in all notices of a disruption

# No placeholder of a person's: the subject is the same for everybody.
subject =
    { $kind ->
        [outage] Outage of { $services } (reference { $reference })
        [degradation] Fault in { $services } (reference { $reference })
        [maintenance] Maintenance of { $services } (reference { $reference })
       *[suspension] Suspension of { $services } (reference { $reference })
    }
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
       *[now] Since { $since }, access to the following has been { state } for you, and it is not back yet:
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
    .question = What decides it: { $open_question }
# broken: what is out because of a fault or of maintenance, and not because somebody was cut off.
broken-lead =
    { $time ->
        [future]
            { $kind ->
                [degradation] From { $since }, the following will not work properly for you:
               *[outage] From { $since }, the following will not work for you:
            }
       *[now]
            { $kind ->
                [degradation] Since { $since }, the following has not been working properly for you:
                [maintenance] Since { $since }, the following has been out of service for you, for maintenance:
               *[outage] Since { $since }, the following has not been working for you:
            }
    }
broken-lead-still =
    { $kind ->
        [degradation] The following has not been working properly for you since { $since }:
       *[outage] The following has not been working for you since { $since }:
    }
broken-lead-maybe =
    { $certainty ->
        [both] The following may be out of order for you as well:
       *[possibly]
            { $kind ->
                [degradation]
                    { $time ->
                        [future] From { $since }, the following may not work properly for you:
                       *[now] Since { $since }, the following may not have been working properly for you:
                    }
               *[outage]
                    { $time ->
                        [future] From { $since }, the following may not work for you:
                       *[now] Since { $since }, the following may not have been working for you:
                    }
            }
    }
# The line of an inbox.
preheader-still =
    { $time ->
        [future] { first-preheader }
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
        [future]
            { $certainty ->
                [possibly] Possibly to be { state } from { $since }.
               *[affected] To be { state } from { $since }.
            }
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
        [future] { fault } from { $since }.
       *[now] { fault } since { $since }.
    }
    .maybe = You may be affected.
broken-heading =
    { $certainty ->
        [possibly] { fault } may affect you
       *[affected]
            { $time ->
                [future] { fault } will affect you
               *[now] { fault } affects you
            }
    }
broken-sorry = We are sorry.

## Holding notice

holding-preheader = We are looking into it. { first-preheader }
holding-heading = We are looking into your access
holding-lead =
    { $time ->
        [future] From { $since }, access to the following will be { state } for you, as far as we can tell so far:
       *[now] As of { $since }, access to the following is { state } for you, as far as we can tell so far:
    }
holding-sorry = We are finding out what has happened and who is affected. We did not want you to be the first to notice, so this email comes before all the answers. We are sorry.
holding-known = What we know so far

## Update

update-heading =
    { $time ->
        [future] { first-heading }
       *[now]
            { $certainty ->
                [possibly] Your access may still be { state }
               *[affected] Your access is still { state }
            }
    }
update-new = What is new
update-elsewhere = There is news that we do not have in English yet. Ask us and we will explain it to you.
update-facts = What we know has changed. This is how it stands now:
update-nothing = Nothing new to report.
update-sorry = We are sorry that this is not over yet.
broken-update-preheader = { broken-update-heading }.
broken-update-heading =
    { $kind ->
        [degradation] The fault continues
        [maintenance] The maintenance continues
       *[outage] The outage continues
    }

## Correction

correction-preheader = A correction.
correction-heading = A correction to what we wrote
correction-sorry = Something that we wrote to you on { $wrote } was wrong. We are sorry.
    .undated = Something that we wrote to you was wrong. We are sorry.
# Headings over what is quoted and over what is right.
correction-wrote = We wrote
correction-right = This is right
correction-elsewhere = We do not have the corrected text in English yet. Ask us and we will explain it to you.
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

restored-preheader = Access has been back since { $back }.
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
broken-restored-lead = The following has been working for you again since { $back }:
broken-restored-sorry = { restored-sorry }
broken-restored-question = Not working for you yet, or a question?
# Also where only some of it had surely been out.
open-lead = As of { $back }, you can use the following:
# lifted: to whoever had heard that it might be out, and of what was to come and does not.
lifted-heading =
    { $time ->
        [future] Your access will not be { state } after all
       *[now] What may have affected you is over
    }
lifted-preheader = { lifted-heading }.
lifted-lead =
    { $time ->
        [future] We told you that access to the following would be, or might be, { state } from { $since }. That will not happen:
       *[now] We told you that access to the following might be { state } for you. That has been over since { $back }:
    }
partial-preheader = Part of your access has been available since { $back }.
partial-heading = Part of your access is available
released-preheader = You are not affected after all.
    .part = Not all of it applies to you.
released-heading = You are not affected after all
    .part = Not all of it applies to you
released-lead = We told you that access to the following was, or might be, { state } for you. This does not apply to you (any more):
released-sorry = We are sorry for the worry this caused.
released-works = According to our data, you have access to it.
    .not = According to our data, it is still { state } for you at present.
released-question = Is this wrong, or do you have a question?
# What does not end for the reader.
rest-out = Still { state } for you
rest-maybe =
    { $rest ->
        [both] May be { state } as well
       *[maybe] May still be { state } for you
    }
more-elsewhere = We have more to say about this, but not in English yet. Ask us and we will explain it to you.

## Looked at again, and it stands

confirmed-preheader = We have looked at your case again.
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

# since when, as a fact of its own.
start = Start
why = Why
symptom = What you will see
still-works = What still works
data = Your data
billing = Billing
action = What you need to do
next = Next update
    .promised = By email before { $next }, even if nothing is new.
    .open = By email, as soon as we know more.
question = Does this not apply to you, or do you have a question?
# The one place that says how people reach the company. reply: a person reads the answers.
contact =
    { $contact ->
        [phone] Call { $phone }.
        [reply] Reply to this email and a person will read it.
        [reply-phone] Reply to this email and a person will read it, or call { $phone }.
        [status] What is known stands on our status page, linked below.
       *[none] Please reach us as you usually do.
    }
no-password = We will not ask for a password.
details = Details

## Facts. The message itself: confirmed. believed: we think so, and say so

# A fact in the company's own words.
own-words = { $text }
    .believed = We believe: { $text }
# A fact that the company has not written in this language.
ask = We do not have this in English yet: please ask us.
# Under a heading of the facts: it was told, and is no longer known.
unknown = We do not yet know.
reason-legal = A legal order requires this.
reason-security = A security emergency made this necessary.
reason-supplier = One of our suppliers has let us down.
reason-capacity = We do not have the capacity to serve everybody at present.
reason-fault = Something in our systems has failed.
# end: neither the cause is known nor when it ends.
cause-unknown = We do not yet know the cause.
    .end = We do not yet know the cause, or when access returns.
cause-government_directive = A government directive requires this.
    .believed = We believe that a government directive requires this.
cause-court_order = A court order requires this.
    .believed = We believe that a court order requires this.
legal_basis-literal = The legal basis is { $text }.
    .believed = We believe that the legal basis is { $text }.
assessment-misunderstanding = It is a misunderstanding.
    .believed = We believe it is a misunderstanding.
end-unknown = We do not yet know when access returns.
end-moment = Access will be back by { $when }.
    .believed = We expect access to be back by { $when }, but this is not certain.
effort-restoring = We are working to restore access.
    .believed = We believe that work to restore access is under way.
symptom-literal = Requests fail with { $text }.
    .believed = We believe that requests fail with { $text }.
still_works-other_services = All our other services work as usual.
    .believed = We believe that all our other services work as usual.
still_works-nothing_else = Nothing: all our services are affected.
    .believed = We believe that all our services are affected.
# Follows the heading "Your data".
data-kept = Kept, unchanged.
    .believed = We believe that it is kept, unchanged.
data-at_risk = At risk. Please use a copy of your own if you have one.
    .believed = We believe that it is at risk. Please use a copy of your own if you have one.
data-partly_lost = Part of it is lost.
    .believed = We believe that part of it is lost.
data-lost = It is lost.
    .believed = We believe that it is lost.
billing-not_charged = Time without access is not charged.
    .believed = We believe that time without access will not be charged.
billing-charged = Billing goes on as before.
    .believed = We believe that billing goes on as before.
billing-credited = Time without access is charged, and credited to you afterwards.
    .believed = We believe that time without access will be credited to you.
# Follows the heading "What you need to do".
action-none = Nothing.
    .believed = We believe that you do not need to do anything.
