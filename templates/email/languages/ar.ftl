### ما تقوله الرسالة بالعربية. معاني الأسماء والقيم في en.ftl.


## How people, times and lists are called

gap = { " " }
hedges = محتمل | قد يؤثر | نعتقد | لا نعرف بعد | لا نعرف السبب | لا نعرف الأساس | لا نعرف أكثر | لا نعرف ذلك | بحسب ما نعرفه | { $at } تقريبًا
label = { $label }: { $text }
hello = مرحبًا { $name }،
    .unknown = مرحبًا،
what = { $services }، لحساب { $customers }
    .line = { $customer }: { $services }
more =
    { $n ->
        [one] واحد غيرها
        [two] اثنان غيرها
       *[other] { $n } غيرها
    }
    .lines =
        { $n ->
            [one] وواحد غيرها
            [two] واثنان غيرها
           *[other] و{ $n } غيرها
        }
more-rest =
    { $contact ->
        [status] هذه القائمة أطول من أن تتسع لها رسالة. يُرجى سؤالنا عن بقيتها.
       *[none] هذه القائمة أطول من أن تتسع لها رسالة. يُرجى سؤالنا عن بقيتها. { contact }
    }
day = EEEE، d MMMM
    .weekday = EEEE
time = { $day }، الساعة { $at }
    .soon = { $weekday }، الساعة { $at }
    .at = { "\u2068" }{ $clock } { $zone }{ "\u2069" }
    .utc = { "\u2068" }{ $clock } { $zone }{ "\u2069" } ({ "\u2068" }{ $utc } UTC{ "\u2069" })
    .utc-other-day = { "\u2068" }{ $clock } { $zone }{ "\u2069" } ({ $weekday }، { "\u2068" }{ $utc } UTC{ "\u2069" })
    .about = { $at } تقريبًا
    .latest = { $when } على أبعد تقدير
as-of = هذا ما نعرفه حتى يوم { $when }.
zone = { $zone }
test = اختبار: أُرسلت هذه الرسالة للتجربة فقط. يُرجى عدم اتخاذ أي إجراء بناءً عليها.
copy = نسخة من رسالة أُرسلت يوم { $when }.
state =
    { $kind ->
        [outage] منقطع
        [degradation] متعثر
        [maintenance] متوقف بسبب أعمال صيانة
       *[suspension] معلَّق
    }
    .verb =
        { $kind ->
            [outage] ينقطع
            [degradation] يتعثر
            [maintenance] يتوقف
           *[suspension] يُعلَّق
        }
    .done =
        { $kind ->
            [outage] انقطع
            [degradation] تعثر
            [maintenance] توقف
           *[suspension] تم تعليق
        }
fault =
    { $kind ->
        [degradation] خلل
        [maintenance] أعمال صيانة
       *[outage] عطل
    }

## The subject: the same in all notices of a disruption

subject =
    { $kind ->
        [outage] عطل في { $services } (المرجع { $reference })
        [degradation] خلل في { $services } (المرجع { $reference })
        [maintenance] أعمال صيانة في { $services } (المرجع { $reference })
       *[suspension] تعليق الوصول إلى { $services } (المرجع { $reference })
    }
    .titled = { $title } (المرجع { $reference })

## What is out

lead =
    { $time ->
        [future] اعتبارًا من { $since }، س{ state.verb } وصولكم إلى ما يلي:
       *[now] منذ { $since }، { state.done } وصولكم إلى ما يلي:
    }
lead-still =
    { $time ->
        [future] اعتبارًا من { $since }، س{ state.verb } وصولكم إلى ما يلي:
       *[now] منذ { $since }، { state.done } وصولكم إلى ما يلي، ولم يُستعَد بعد:
    }
lead-maybe =
    { $certainty ->
        [both] من المحتمل أيضًا أن الوصول إلى ما يلي { state } بالنسبة إليكم:
       *[possibly]
            { $time ->
                [future] اعتبارًا من { $since }، من المحتمل أن { state.verb } وصولكم إلى ما يلي:
               *[now] منذ { $since }، من المحتمل أن الوصول إلى ما يلي { state } بالنسبة إليكم:
            }
    }
still-checking = ما زلنا نتحقق مما إذا كان هذا ينطبق عليكم، وسنخبركم حالما نعرف.
    .question = ما يحسم ذلك: { $open_question }
broken-lead =
    { $time ->
        [future]
            { $kind ->
                [degradation] اعتبارًا من { $since }، لن يعمل ما يلي كما ينبغي بالنسبة إليكم:
               *[outage] اعتبارًا من { $since }، لن يعمل ما يلي بالنسبة إليكم:
            }
       *[now]
            { $kind ->
                [degradation] منذ { $since }، ما يلي لا يعمل كما ينبغي بالنسبة إليكم:
                [maintenance] منذ { $since }، ما يلي متوقف بالنسبة إليكم بسبب أعمال صيانة:
               *[outage] منذ { $since }، ما يلي لا يعمل بالنسبة إليكم:
            }
    }
broken-lead-still =
    { $kind ->
        [degradation] ما يلي لا يعمل كما ينبغي حتى الآن بالنسبة إليكم، منذ { $since }:
       *[outage] ما يلي لا يعمل حتى الآن بالنسبة إليكم، منذ { $since }:
    }
broken-lead-maybe =
    { $certainty ->
        [both] من المحتمل أن ما يلي متأثر أيضًا بالنسبة إليكم:
       *[possibly]
            { $kind ->
                [degradation]
                    { $time ->
                        [future] اعتبارًا من { $since }، من المحتمل أن ما يلي لا يعمل كما ينبغي بالنسبة إليكم:
                       *[now] منذ { $since }، من المحتمل أن ما يلي لا يعمل كما ينبغي بالنسبة إليكم:
                    }
               *[outage]
                    { $time ->
                        [future] اعتبارًا من { $since }، من المحتمل أن ما يلي لا يعمل بالنسبة إليكم:
                       *[now] منذ { $since }، من المحتمل أن ما يلي لا يعمل بالنسبة إليكم:
                    }
            }
    }
preheader-still =
    { $time ->
        [future] { first-preheader }
       *[now]
            { $certainty ->
                [possibly] من المحتمل أن الوصول { state } حتى الآن.
               *[affected] الوصول { state } حتى الآن.
            }
    }
preheader-next = الرسالة القادمة في موعد أقصاه يوم { $next }.

## First notice

first-preheader =
    { $time ->
        [future]
            { $certainty ->
                [possibly] من المحتمل أن { state.verb } الوصول اعتبارًا من { $since }.
               *[affected] س{ state.verb } الوصول اعتبارًا من { $since }.
            }
       *[now]
            { $certainty ->
                [possibly] من المحتمل أن الوصول { state } منذ { $since }.
               *[affected] الوصول { state } منذ { $since }.
            }
    }
    .data = بياناتكم: { $data }
first-heading =
    { $certainty ->
        [possibly]
            { $time ->
                [future] من المحتمل أن { state.verb } وصولكم قريبًا
               *[now] من المحتمل أن وصولكم { state }
            }
       *[affected]
            { $time ->
                [future] س{ state.verb } وصولكم قريبًا
               *[now] { state.done } وصولكم
            }
    }
first-sorry =
    { $time ->
        [future] نعتذر لكم. فأنتم تعتمدون على هذا الوصول.
       *[now] نعتذر لكم. فأنتم تعتمدون على هذا الوصول، وقد حدث ذلك دون إنذار مسبق.
    }
broken-preheader =
    { $time ->
        [future] { fault } اعتبارًا من { $since }.
       *[now] { fault } منذ { $since }.
    }
    .maybe = من المحتمل أنكم متأثرون.
broken-heading =
    { $certainty ->
        [possibly] من المحتمل أنكم متأثرون ب{ fault }
       *[affected]
            { $time ->
                [future] ستتأثرون ب{ fault }
               *[now] أنتم متأثرون ب{ fault }
            }
    }
broken-sorry = نعتذر لكم.

## Holding notice

holding-preheader = نتحقق من الأمر. { first-preheader }
holding-heading = نتحقق مما حدث لوصولكم
holding-lead =
    { $time ->
        [future] بحسب ما نعرفه حتى الآن، اعتبارًا من { $since }، س{ state.verb } وصولكم إلى ما يلي:
       *[now] بحسب ما نعرفه حتى الآن، منذ { $since }، { state.done } وصولكم إلى ما يلي:
    }
holding-sorry = نتحقق مما حدث ومَن يتأثر به. لم نُرد أن تكتشفوا ذلك بأنفسكم قبل أن نخبركم، ولذلك تصلكم هذه الرسالة قبل أن تتوفر كل الإجابات. نعتذر لكم.
holding-known = ما نعرفه حتى الآن

## Update

update-heading =
    { $time ->
        [future] { first-heading }
       *[now]
            { $certainty ->
                [possibly] من المحتمل أن وصولكم { state } حتى الآن
               *[affected] وصولكم { state } حتى الآن
            }
    }
update-new = ما الجديد
update-elsewhere = هناك أخبار جديدة ليست متاحة لدينا بالعربية بعد. يُرجى سؤالنا وسنشرحها لكم.
update-facts = لدينا معلومات جديدة. هذا هو الوضع الآن:
update-nothing = لا جديد حتى الآن.
update-sorry = نأسف لاستمرار هذا الوضع.
broken-update-preheader = { broken-update-heading }.
broken-update-heading =
    { $kind ->
        [degradation] الخلل مستمر
        [maintenance] أعمال الصيانة مستمرة
       *[outage] العطل مستمر
    }

## Correction

correction-preheader = تصحيح.
correction-heading = تصحيح لما كتبناه
correction-sorry = كان في ما كتبناه إليكم يوم { $wrote } خطأ. نعتذر لكم.
    .undated = كان في ما كتبناه إليكم خطأ. نعتذر لكم.
correction-wrote = كتبنا
correction-right = الصحيح هو
correction-elsewhere = ليس النص الصحيح متاحًا لدينا بالعربية بعد. يُرجى سؤالنا وسنشرحه لكم.
standing = وضع وصولكم الآن
correction-over = ما كتبناه إليكم منذ ذلك الحين بشأن ما يلي لا يزال صحيحًا:
correction-lead = { lead-still }
correction-lead-maybe = { lead-maybe }
correction-whole = ما كتبناه يوم { $wrote }
    .undated = ما كتبناه

## Retraction

retraction-preheader = يُرجى تجاهل ما كتبناه يوم { $wrote }: فقد كان خطأً.
    .undated = يُرجى تجاهل ما كتبناه: فقد كان خطأً.
retraction-heading = نسحب ما كتبناه إليكم
retraction-sorry = الرسالة التي أرسلناها إليكم يوم { $wrote } كانت خاطئة. نسحبها ونرجو منكم تجاهلها. نعتذر لكم.
    .undated = إحدى الرسائل التي أرسلناها إليكم كانت خاطئة. نسحبها ونرجو منكم تجاهلها. نعتذر لكم.
retraction-about = كان الأمر يتعلق بما يلي
retraction-out =
    { $time ->
        [future] ما كتبناه إليكم قبل تلك الرسالة لا يزال صحيحًا. س{ state.verb } وصولكم إلى ما يلي قريبًا:
       *[now] ما كتبناه إليكم قبل تلك الرسالة لا يزال صحيحًا. الوصول إلى ما يلي { state } بالنسبة إليكم:
    }
retraction-maybe = ما كتبناه إليكم قبل تلك الرسالة لا يزال صحيحًا. من المحتمل أن الوصول إلى ما يلي { state } بالنسبة إليكم:
retraction-stands = ما كتبناه إليكم قبل تلك الرسالة لا يزال صحيحًا.
retraction-lead = { lead }
retraction-may-be = من المحتمل أن الوصول إلى ما يلي { state } بالنسبة إليكم:
retraction-nothing = لا يلزمكم فعل أي شيء بسبب ذلك. وإذا طرأ ما يخص وصولكم فسنكتب إليكم مجددًا.
retraction-question = هل لديكم سؤال؟
retraction-quoted = ما نسحبه

## What ends: restored, a part of it, not affected after all

restored-preheader = عاد الوصول منذ { $back }.
restored-heading = عاد وصولكم
restored-lead = منذ { $back }، عاد وصولكم إلى ما يلي:
restored-sorry = نعتذر لكم. فأنتم تعتمدون على هذا الوصول، وقد انقطع عنكم منذ { $since }.
restored-question = ألم تستعيدوا إمكانية الوصول بعد، أم لديكم سؤال؟
broken-restored-preheader = عادت الخدمة إلى العمل منذ { $back }.
broken-restored-heading =
    { $kind ->
        [degradation] زال الخلل
        [maintenance] انتهت أعمال الصيانة
       *[outage] انتهى العطل
    }
broken-restored-lead = منذ { $back }، عاد ما يلي إلى العمل بالنسبة إليكم:
broken-restored-sorry = نعتذر لكم. فأنتم تعتمدون على هذه الخدمة، وقد انقطعت عنكم منذ { $since }.
broken-restored-question = ألا تعمل الخدمة بعد، أم لديكم سؤال؟
open-lead = منذ { $back }، يمكنكم استخدام ما يلي:
lifted-heading =
    { $time ->
        [future] خلافًا لما أبلغناكم به، لن { state.verb } وصولكم
       *[now] انتهى ما كان قد يؤثر عليكم
    }
lifted-preheader = { lifted-heading }.
lifted-lead =
    { $time ->
        [future] كتبنا إليكم أنه اعتبارًا من { $since } س{ state.verb } وصولكم إلى ما يلي، أو أن ذلك محتمل. لن يحدث ذلك:
       *[now] كتبنا إليكم أنه من المحتمل أن الوصول إلى ما يلي { state } بالنسبة إليكم. وقد انتهى ذلك منذ { $back }:
    }
partial-preheader = جزء من وصولكم متاح منذ { $back }.
partial-heading = جزء من وصولكم متاح
released-preheader = تبيّن أن هذا لا ينطبق عليكم.
    .part = ليس كل ذلك ينطبق عليكم.
released-heading = تبيّن أن هذا لا ينطبق عليكم
    .part = ليس كل ذلك ينطبق عليكم
released-lead = كتبنا إليكم أن الوصول إلى ما يلي { state } بالنسبة إليكم، أو أن ذلك محتمل. هذا لا ينطبق عليكم، أو لم يعد ينطبق:
released-sorry = نعتذر لكم عما سببناه من قلق.
released-works = وفقًا لبياناتنا، الوصول متاح لكم.
    .not = وفقًا لبياناتنا، لا يزال الوصول { state } حاليًا بالنسبة إليكم.
released-question = هل هذا غير صحيح، أو لديكم سؤال؟
rest-out = { state } حتى الآن بالنسبة إليكم
rest-maybe =
    { $rest ->
        [both] من المحتمل أنه { state } كذلك
       *[maybe] من المحتمل أنه { state } حتى الآن بالنسبة إليكم
    }
more-elsewhere = لدينا المزيد لنقوله، لكنه ليس متاحًا بالعربية بعد. يُرجى سؤالنا وسنشرحه لكم.

## Looked at again, and it stands

confirmed-preheader = لقد راجعنا حالتكم مرة أخرى.
confirmed-heading =
    { $certainty ->
        [possibly] راجعنا الأمر مرة أخرى: من المحتمل أن وصولكم { state } حتى الآن
       *[affected] راجعنا الأمر مرة أخرى: وصولكم { state } حتى الآن
    }
confirmed-looked = أُبلغنا بأن هذا لا ينطبق عليكم. وقد راجع أحد موظفينا الأمر مرة أخرى.
confirmed-lead =
    { $time ->
        [future] النتيجة: هذا ينطبق عليكم بالفعل. اعتبارًا من { $since }، س{ state.verb } وصولكم إلى ما يلي:
       *[now] النتيجة: هذا ينطبق عليكم بالفعل. الوصول إلى ما يلي { state } حتى الآن بالنسبة إليكم:
    }
confirmed-lead-maybe =
    { $certainty ->
        [both] لا يمكننا أن نقول بعد ما إذا كان ما يلي ينطبق عليكم؛ ومن المحتمل أن الوصول إليه { state } كذلك:
       *[possibly] النتيجة: لا يمكننا بعد أن نستبعد أن هذا ينطبق عليكم. من المحتمل أن الوصول إلى ما يلي { state } بالنسبة إليكم:
    }
confirmed-sorry = نأسف لذلك. نعلم أنكم كنتم تأملون جوابًا آخر.
confirmed-question = أما زال هذا غير صحيح، أم تعرفون شيئًا لا نعرفه؟
confirmed-tell = أخبرونا بالجديد وسنراجع الأمر مرة أخرى.

## Headings, and what stands under them

start = البداية
why = السبب
symptom = ما الذي سترونه
still-works = ما الذي لا يزال يعمل
data = بياناتكم
billing = الفوترة
action = ما عليكم فعله
next = الرسالة القادمة
    .promised = بالبريد الإلكتروني في موعد أقصاه يوم { $next }، حتى إن لم يكن هناك جديد.
    .open = بالبريد الإلكتروني، حالما نعرف المزيد.
question = ألا ينطبق هذا عليكم، أم لديكم سؤال؟
contact =
    { $contact ->
        [phone] يُرجى الاتصال على { $phone }.
        [reply] يُرجى الرد على هذه الرسالة، وسيقرأ ردَّكم أحد موظفينا.
        [reply-phone] يُرجى الرد على هذه الرسالة، وسيقرأ ردَّكم أحد موظفينا، أو الاتصال على { $phone }.
        [status] تجدون آخر المستجدات في صفحة الحالة لدينا، ورابطها أدناه.
       *[none] يُرجى التواصل معنا بالطريقة المعتادة.
    }
no-password = لن نطلب منكم كلمة مرور.
details = التفاصيل

## Facts. The message itself: confirmed. believed: we think so, and say so

own-words = { $text }
    .believed = نعتقد ما يلي: { $text }
ask = هذه المعلومة ليست متاحة بالعربية بعد، يُرجى التواصل معنا.
unknown = لا نعرف ذلك بعد.
reason-legal = يقتضي ذلك أمر قانوني.
reason-security = اقتضت ذلك حالة أمنية طارئة.
reason-supplier = تعذّر على أحد مورّدينا تقديم خدمته.
reason-capacity = لا تكفي طاقتنا حاليًا لخدمة الجميع.
reason-fault = تعطّل جزء من أنظمتنا.
cause-unknown = لا نعرف السبب بعد.
    .end = لا نعرف بعد السبب، ولا متى سيعود الوصول.
cause-government_directive = يقتضي ذلك توجيه حكومي.
    .believed = نعتقد أن توجيهًا حكوميًا يقتضي ذلك.
cause-court_order = يقتضي ذلك أمر قضائي.
    .believed = نعتقد أن أمرًا قضائيًا يقتضي ذلك.
legal_basis-literal = الأساس القانوني هو { $text }.
    .believed = نعتقد أن الأساس القانوني هو { $text }.
assessment-misunderstanding = إنه سوء فهم.
    .believed = نعتقد أنه سوء فهم.
end-unknown = لا نعرف بعد متى سيعود الوصول.
end-moment = سيعود الوصول في موعد أقصاه { $when }.
    .believed = نعتقد أن الوصول سيعود في موعد أقصاه { $when }، لكن ذلك ليس مؤكدًا.
effort-restoring = نعمل على إعادة الوصول.
    .believed = نعتقد أن العمل جارٍ لإعادة الوصول.
symptom-literal = تفشل الطلبات مع ظهور { $text }.
    .believed = نعتقد أن الطلبات تفشل مع ظهور { $text }.
still_works-other_services = تعمل جميع خدماتنا الأخرى كالمعتاد.
    .believed = نعتقد أن جميع خدماتنا الأخرى تعمل كالمعتاد.
still_works-nothing_else = لا شيء: جميع خدماتنا متأثرة.
    .believed = نعتقد أن جميع خدماتنا متأثرة.
data-kept = محفوظة دون تغيير.
    .believed = نعتقد أنها محفوظة دون تغيير.
data-at_risk = معرّضة للخطر. يُرجى استخدام نسخة لديكم إن وُجدت.
    .believed = نعتقد أنها معرّضة للخطر. يُرجى استخدام نسخة لديكم إن وُجدت.
data-partly_lost = فُقد جزء منها.
    .believed = نعتقد أن جزءًا منها قد فُقد.
data-lost = فُقدت.
    .believed = نعتقد أنها فُقدت.
billing-not_charged = لا تُحتسب رسوم عن المدة التي ينقطع فيها الوصول.
    .believed = نعتقد أنه لن تُحتسب رسوم عن المدة التي ينقطع فيها الوصول.
billing-charged = تستمر الفوترة كما كانت.
    .believed = نعتقد أن الفوترة تستمر كما كانت.
billing-credited = تُحتسب رسوم عن المدة التي ينقطع فيها الوصول ثم تُضاف إلى رصيدكم.
    .believed = نعتقد أن رسوم المدة التي ينقطع فيها الوصول ستُضاف إلى رصيدكم.
action-none = لا شيء.
    .believed = نعتقد أنه لا يلزمكم فعل أي شيء.
