### 日本語のメールの文。名前と値の意味は en.ftl を参照。


## How people, times and lists are called

gap = { "" }
hedges = 可能性 | 分かっている範囲 | 考えて | まだ分かって | まだ決まって | { $at }頃
label = { $label }：{ $text }
hello = { $name } 様
    .unknown = お客様
what = { $services }（対象：{ $customers }）
    .line = { $customer }：{ $services }
more = 他{ $n }件
    .lines = 他{ $n }件
more-rest =
    { $contact ->
        [status] 一覧が長いため、このメールには収まりません。残りについてはお問い合わせください。
       *[none] 一覧が長いため、このメールには収まりません。残りについてはお問い合わせください。{ contact }
    }
day = M月d日（E）
    .weekday = EEEE
time = { $day }{ $at }
    .soon = { $weekday } { $at }
    .at = { $clock }（{ $zone }）
    .utc = { $clock }（{ $zone }、UTC { $utc }）
    .utc-other-day = { $clock }（{ $zone }、UTC { $weekday } { $utc }）
    .about = { $at }頃
    .latest = 遅くとも{ $when }
as-of = { $when }現在の情報です。
zone =
    { $zone ->
        [JST] 日本時間
       *[other] { $zone }
    }
test = テスト：このお知らせは試験的に送信されたものです。内容に沿った対応はなさらないでください。
copy = 控え：{ $when }に送信されたお知らせの写しです。
state =
    { $kind ->
        [outage] 中断
        [degradation] 不安定
        [maintenance] メンテナンスのため中断
       *[suspension] 停止
    }
    .ongoing =
        { $kind ->
            [outage] が中断して
            [degradation] が不安定になって
            [maintenance] をメンテナンスのため中断して
           *[suspension] を停止して
        }
fault =
    { $kind ->
        [degradation] 不具合
        [maintenance] メンテナンス
       *[outage] 障害
    }

## The subject: the same in all notices of a disruption

subject =
    { $kind ->
        [outage] { $services }の障害（参照番号 { $reference }）
        [degradation] { $services }の不具合（参照番号 { $reference }）
        [maintenance] { $services }のメンテナンス（参照番号 { $reference }）
       *[suspension] { $services }のご利用停止（参照番号 { $reference }）
    }
    .titled = { $title }（参照番号 { $reference }）

## What is out

lead =
    { $time ->
        [future] { $since }から、お客様の以下のサービスのご利用が{ state }となります：
       *[now] { $since }から、お客様の以下のサービスのご利用{ state.ongoing }おります：
    }
lead-still =
    { $time ->
        [future] { $since }から、お客様の以下のサービスのご利用が{ state }となります：
       *[now] { $since }から引き続き、お客様の以下のサービスのご利用{ state.ongoing }おります：
    }
lead-maybe =
    { $certainty ->
        [both]
            { $time ->
                [future] お客様の以下のサービスについても、ご利用が{ state }となる可能性があります：
               *[now] お客様の以下のサービスについても、ご利用{ state.ongoing }いる可能性があります：
            }
       *[possibly]
            { $time ->
                [future] { $since }から、お客様の以下のサービスのご利用が{ state }となる可能性があります：
               *[now] { $since }から、お客様の以下のサービスのご利用{ state.ongoing }いる可能性があります：
            }
    }
still-checking = お客様に当てはまるかどうかを現在確認しており、分かり次第お知らせいたします。
    .question = 次の点で決まります：{ $open_question }
broken-lead =
    { $time ->
        [future]
            { $kind ->
                [degradation] { $since }から、お客様の以下のご利用に不具合が生じます：
               *[outage] { $since }から、お客様は以下をご利用いただけなくなります：
            }
       *[now]
            { $kind ->
                [degradation] { $since }から、お客様の以下のご利用に不具合が生じています：
                [maintenance] { $since }から、以下はメンテナンスのためご利用いただけません：
               *[outage] { $since }から、お客様は以下をご利用いただけない状態です：
            }
    }
broken-lead-still =
    { $kind ->
        [degradation] { $since }から、お客様の以下のご利用に引き続き不具合が生じています：
       *[outage] { $since }から、引き続き、お客様は以下をご利用いただけない状態です：
    }
# Same for every $time.
broken-lead-maybe =
    { $certainty ->
        [both] 以下についても影響を受けている可能性があります：
       *[possibly]
            { $kind ->
                [degradation] { $since }から、お客様の以下のご利用に不具合が生じている可能性があります：
               *[outage] { $since }から、お客様は以下をご利用いただけない可能性があります：
            }
    }
preheader-still =
    { $time ->
        [future] { first-preheader }
       *[now]
            { $certainty ->
                [possibly] 引き続きご利用{ state.ongoing }いる可能性があります。
               *[affected] 引き続きご利用{ state.ongoing }おります。
            }
    }
preheader-next = 次のご連絡は{ $next }までに。

## First notice

first-preheader =
    { $time ->
        [future]
            { $certainty ->
                [possibly] { $since }から{ state }となる可能性があります。
               *[affected] { $since }から{ state }となります。
            }
       *[now]
            { $certainty ->
                [possibly] { $since }からご利用{ state.ongoing }いる可能性があります。
               *[affected] { $since }からご利用{ state.ongoing }おります。
            }
    }
    .data = お客様のデータ：{ $data }
first-heading =
    { $certainty ->
        [possibly]
            { $time ->
                [future] ご利用が{ state }となる可能性があります
               *[now] ご利用{ state.ongoing }いる可能性があります
            }
       *[affected]
            { $time ->
                [future] ご利用が{ state }となります
               *[now] ご利用{ state.ongoing }おります
            }
    }
first-sorry =
    { $time ->
        [future] 日頃ご利用いただいているお客様にご迷惑をおかけし、心よりお詫び申し上げます。
       *[now] 事前のお知らせもなく、日頃ご利用いただいているお客様にご迷惑をおかけし、心よりお詫び申し上げます。
    }
# Same for every $time.
broken-preheader = { $since }から{ fault }。
    .maybe = お客様のご利用に影響する可能性があります。
broken-heading =
    { $certainty ->
        [possibly] { fault }がお客様のご利用に影響する可能性があります
       *[affected]
            { $time ->
                [future] { fault }がお客様のご利用に影響します
               *[now] { fault }がお客様のご利用に影響しています
            }
    }
broken-sorry = ご迷惑をおかけし、お詫び申し上げます。

## Holding notice

holding-preheader = 状況を確認しております。{ first-preheader }
holding-heading = ご利用の状況を確認しております
holding-lead =
    { $time ->
        [future] 現在分かっている範囲では、{ $since }から、お客様の以下のサービスのご利用が{ state }となります：
       *[now] 現在分かっている範囲では、{ $since }から、お客様の以下のサービスのご利用{ state.ongoing }おります：
    }
holding-sorry = 何が起き、どなたに影響しているのかを確認しております。お客様がお気づきになる前にお伝えしたく、すべてが判明する前ではございますが、ご連絡いたしました。ご迷惑をおかけし、お詫び申し上げます。
holding-known = 現在までに分かっていること

## Update

update-heading =
    { $time ->
        [future] { first-heading }
       *[now]
            { $certainty ->
                [possibly] 引き続きご利用{ state.ongoing }いる可能性があります
               *[affected] 引き続きご利用{ state.ongoing }おります
            }
    }
update-new = 新しい情報
update-elsewhere = 新しい情報がありますが、まだ日本語でご用意できておりません。お問い合わせいただければ、ご説明いたします。
update-facts = 新たに分かったことがあります。現在の状況は次のとおりです：
update-nothing = 新しい情報はございません。
update-sorry = 長引いておりますことをお詫び申し上げます。
broken-update-preheader = { broken-update-heading }。
broken-update-heading =
    { $kind ->
        [degradation] 不具合が続いています
        [maintenance] メンテナンスが続いています
       *[outage] 障害が続いています
    }

## Correction

correction-preheader = 訂正のお知らせです。
correction-heading = お知らせした内容の訂正
correction-sorry = { $wrote }にお知らせした内容の一部に誤りがありました。お詫び申し上げます。
    .undated = お知らせした内容の一部に誤りがありました。お詫び申し上げます。
correction-wrote = 誤っていた内容
correction-right = 正しい内容
correction-elsewhere = 正しい内容を、まだ日本語でご用意できておりません。お問い合わせいただければ、ご説明いたします。
standing = 現在のご利用状況
correction-over = 以下についてその後お知らせした内容は、引き続き有効です：
correction-lead = { lead-still }
correction-lead-maybe = { lead-maybe }
correction-whole = { $wrote }にお知らせした内容
    .undated = お知らせした内容

## Retraction

retraction-preheader = { $wrote }にお知らせした内容は誤りでした。なかったものとしてお取り扱いください。
    .undated = お知らせした内容は誤りでした。なかったものとしてお取り扱いください。
retraction-heading = お知らせした内容を取り消します
retraction-sorry = { $wrote }にお送りしたお知らせは誤りでした。このお知らせを取り消しますので、なかったものとしてお取り扱いください。お詫び申し上げます。
    .undated = お送りしたお知らせに誤りがありました。このお知らせを取り消しますので、なかったものとしてお取り扱いください。お詫び申し上げます。
retraction-about = お知らせの対象
retraction-out =
    { $time ->
        [future] それより前にお知らせした内容は、引き続き有効です。お客様の以下のサービスのご利用が{ state }となります：
       *[now] それより前にお知らせした内容は、引き続き有効です。お客様の以下のサービスのご利用{ state.ongoing }おります：
    }
retraction-maybe = それより前にお知らせした内容は、引き続き有効です。お客様の以下のサービスのご利用{ state.ongoing }いる可能性があります：
retraction-stands = それより前にお知らせした内容は、引き続き有効です。
retraction-lead = { lead }
retraction-may-be = お客様の以下のサービスのご利用{ state.ongoing }いる可能性があります：
retraction-nothing = この件でお客様にしていただくことはありません。ご利用に関わることがあれば、改めてご連絡いたします。
retraction-question = ご質問
retraction-quoted = 取り消す内容

## What ends: restored, a part of it, not affected after all

restored-preheader = { $back }からご利用が再開しています。
restored-heading = ご利用が再開しました
restored-lead = { $back }から、お客様の以下のご利用が再開しています：
restored-sorry = { $since }からご利用いただけず、ご迷惑をおかけしましたことをお詫び申し上げます。
restored-question = まだご利用になれない場合やご質問
broken-restored-preheader = { $back }から、再びご利用いただけます。
broken-restored-heading =
    { $kind ->
        [degradation] 不具合が解消しました
        [maintenance] メンテナンスが終了しました
       *[outage] 障害が解消しました
    }
broken-restored-lead = { $back }から、お客様は以下を再びご利用いただけます：
broken-restored-sorry = { $since }からご迷惑をおかけしましたことをお詫び申し上げます。
broken-restored-question = まだご利用になれない場合やご質問
open-lead = { $back }から、お客様は以下をご利用いただけます：
lifted-heading =
    { $time ->
        [future] ご利用が{ state }となる予定はなくなりました
       *[now] 影響の可能性は解消しました
    }
lifted-preheader = { lifted-heading }。
lifted-lead =
    { $time ->
        [future] { $since }から、お客様の以下のサービスのご利用が{ state }となる、またはその可能性があるとお知らせしましたが、その予定はなくなりました：
       *[now] お客様の以下のサービスのご利用{ state.ongoing }いる可能性があるとお知らせしましたが、{ $back }に解消しました：
    }
partial-preheader = { $back }から、一部をご利用いただけます。
partial-heading = 一部をご利用いただけます
released-preheader = お客様には当てはまりませんでした。
    .part = 一部はお客様に当てはまりません。
released-heading = お客様には当てはまりませんでした
    .part = 一部はお客様に当てはまりません
released-lead = お客様の以下のサービスのご利用{ state.ongoing }いる、またはその可能性があるとお知らせしましたが、これは当てはまらないか、すでに当てはまらなくなっています：
released-sorry = ご心配をおかけしましたことをお詫び申し上げます。
released-works = 当社のデータでは、ご利用いただける状態です。
    .not = 当社のデータでは、現在もご利用{ state.ongoing }おります。
released-question = 内容が正しくない場合やご質問
rest-out = 引き続きご利用{ state.ongoing }いるもの
rest-maybe =
    { $rest ->
        [both] 同じくご利用{ state.ongoing }いる可能性があるもの
       *[maybe] 引き続きご利用{ state.ongoing }いる可能性があるもの
    }
more-elsewhere = このほかにもお伝えすることがありますが、まだ日本語でご用意できておりません。お問い合わせいただければ、ご説明いたします。

## Looked at again, and it stands

confirmed-preheader = 改めて確認いたしました。
confirmed-heading =
    { $certainty ->
        [possibly] 改めて確認した結果、引き続きご利用{ state.ongoing }いる可能性があります
       *[affected] 改めて確認した結果、引き続きご利用{ state.ongoing }おります
    }
confirmed-looked = お客様には当てはまらないとのご指摘をいただき、担当者が改めて確認いたしました。
confirmed-lead =
    { $time ->
        [future] 結果：お客様に当てはまります。{ $since }から、お客様の以下のサービスのご利用が{ state }となります：
       *[now] 結果：お客様に当てはまります。引き続き、お客様の以下のサービスのご利用{ state.ongoing }おります：
    }
confirmed-lead-maybe =
    { $certainty ->
        [both]
            { $time ->
                [future] 以下については、お客様に当てはまるかどうかまだ分かりません。こちらについても、ご利用が{ state }となる可能性があります：
               *[now] 以下については、お客様に当てはまるかどうかまだ分かりません。こちらについても、ご利用{ state.ongoing }いる可能性があります：
            }
       *[possibly]
            { $time ->
                [future] 結果：お客様に当てはまらないとは、まだ申し上げられません。お客様の以下のサービスのご利用が{ state }となる可能性があります：
               *[now] 結果：お客様に当てはまらないとは、まだ申し上げられません。お客様の以下のサービスのご利用{ state.ongoing }いる可能性があります：
            }
    }
confirmed-sorry = ご期待に沿えず、申し訳ございません。
confirmed-question = それでも正しくない場合や、私どもの知らない事情をご存じの場合
confirmed-tell = 新しい事情をお知らせいただければ、もう一度確認いたします。

## Headings, and what stands under them

start = 開始
why = 理由
symptom = 表示される内容
still-works = 引き続きご利用いただけるもの
data = お客様のデータ
billing = ご請求
action = お客様にお願いすること
next = 次のご連絡
    .promised = { $next }までに、新しい情報がない場合でもメールでご連絡いたします。
    .open = 詳しいことが分かり次第、メールでご連絡いたします。
question = お客様に当てはまらない場合やご質問
contact =
    { $contact ->
        [phone] お電話ください：{ $phone }。
        [reply] このメールにご返信ください。担当者が拝見いたします。
        [reply-phone] このメールにご返信ください。担当者が拝見いたします。お電話でも承ります：{ $phone }。
        [status] 最新の状況は、下記のステータスページでご確認いただけます。
       *[none] 普段ご利用の窓口へお問い合わせください。
    }
no-password = パスワードをお尋ねすることはありません。
details = 詳細

## Facts. The message itself: confirmed. believed: we think so, and say so

own-words = { $text }
    .believed = 現時点では次のように考えております。{ $text }
ask = こちらの内容は日本語ではまだご用意できておりません。お問い合わせください。
unknown = まだ分かっておりません。
reason-legal = 法的な命令によるものです。
reason-security = セキュリティ上の緊急事態により必要となりました。
reason-supplier = 当社の取引先の一社で障害が発生しています。
reason-capacity = 現在、すべてのお客様にご利用いただくだけの容量がありません。
reason-fault = 当社のシステムで障害が発生しています。
cause-unknown = 原因はまだ分かっておりません。
    .end = 原因と再開の時期は、まだ分かっておりません。
cause-government_directive = 政府の指示によるものです。
    .believed = 政府の指示によるものと考えております。
cause-court_order = 裁判所の命令によるものです。
    .believed = 裁判所の命令によるものと考えております。
legal_basis-literal = 法的根拠は { $text } です。
    .believed = 法的根拠は { $text } であると考えております。
assessment-misunderstanding = これは誤解によるものです。
    .believed = これは誤解によるものと考えております。
end-unknown = 再開の時期はまだ分かっておりません。
end-moment = 遅くとも{ $when }までに再開いたします。
    .believed = 遅くとも{ $when }までに再開できると考えておりますが、確実ではありません。
effort-restoring = ご利用の再開に向けて作業を進めております。
    .believed = ご利用の再開に向けた作業が進められていると考えております。
symptom-literal = リクエストはエラー（{ $text }）になります。
    .believed = リクエストはエラー（{ $text }）になると考えております。
still_works-other_services = 当社のその他のサービスは、すべて通常どおりご利用いただけます。
    .believed = 当社のその他のサービスは、すべて通常どおりご利用いただけると考えております。
still_works-nothing_else = ございません。当社のすべてのサービスに影響が出ています。
    .believed = 当社のすべてのサービスに影響が出ていると考えております。
data-kept = そのまま保管されています。
    .believed = そのまま保管されていると考えております。
data-at_risk = 失われるおそれがあります。お手元にバックアップがございましたら、そちらをご利用ください。
    .believed = 失われるおそれがあると考えております。お手元にバックアップがございましたら、そちらをご利用ください。
data-partly_lost = 一部が失われました。
    .believed = 一部が失われたと考えております。
data-lost = 失われました。
    .believed = 失われたと考えております。
billing-not_charged = ご利用いただけない期間の料金はかかりません。
    .believed = ご利用いただけない期間の料金はかからないと考えております。
billing-charged = ご請求はこれまでどおり続きます。
    .believed = ご請求はこれまでどおり続くと考えております。
billing-credited = ご利用いただけない期間の料金はいったんご請求し、後日、ご利用料金に充当（クレジット）いたします。
    .believed = ご利用いただけない期間の料金は、後日、ご利用料金に充当（クレジット）できると考えております。
action-none = ございません。
    .believed = ないと考えております。
