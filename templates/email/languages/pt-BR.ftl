### O que diz um e-mail em português do Brasil. Nomes e valores: ver en.ftl.


## How people, times and lists are called

gap = { " " }
hedges = pode | poderia | talvez | possivelmente | acreditamos | ainda não sabemos | ainda não conhecemos | pelo que sabemos | aproximadamente { $at }
label = { $label }: { $text }
hello = Olá, { $name }.
    .unknown = Olá.
what = { $services }, para { $customers }
    .line = { $customer }: { $services }
more = mais { $n }
    .lines = e mais { $n }
more-rest =
    { $contact ->
        [status] Esta lista é longa demais para um e-mail. Peça-nos o restante.
       *[none] Esta lista é longa demais para um e-mail. Peça-nos o restante. { contact }
    }
day = d 'de' MMMM, EEEE
    .weekday = EEEE
time = { $day }, { $at }
    .soon = { $weekday }, { $at }
    .at = às { $clock } { $zone }
    .utc = às { $clock } { $zone } ({ $utc } UTC)
    .utc-other-day = às { $clock } { $zone } ({ $weekday }, { $utc } UTC)
    .about = aproximadamente { $at }
    .latest = { $when }, o mais tardar
as-of = Informação de { $when }.
zone = { $zone }
test = TESTE: esta mensagem é apenas um teste. Não tome nenhuma providência com base nela.
copy = CÓPIA de uma mensagem enviada em { $when }.
state =
    { $kind ->
        [outage] interrompido
        [degradation] instável
        [maintenance] interrompido para manutenção
       *[suspension] suspenso
    }
fault =
    { $kind ->
        [degradation] Uma instabilidade
        [maintenance] Uma manutenção
       *[outage] Uma falha
    }

## The subject: the same in all notices of a disruption

subject =
    { $kind ->
        [outage] Falha em { $services } (referência { $reference })
        [degradation] Instabilidade em { $services } (referência { $reference })
        [maintenance] Manutenção de { $services } (referência { $reference })
       *[suspension] Suspensão de { $services } (referência { $reference })
    }
    .titled = { $title } (referência { $reference })

## What is out

lead =
    { $time ->
        [future] A partir de { $since }, seu acesso ao que segue ficará { state }:
       *[now] Desde { $since }, seu acesso ao que segue está { state }:
    }
lead-still =
    { $time ->
        [future] A partir de { $since }, seu acesso ao que segue ficará { state }:
       *[now] Desde { $since }, seu acesso ao que segue está { state } e ainda não voltou:
    }
lead-maybe =
    { $certainty ->
        [both] Seu acesso ao que segue também pode estar { state }:
       *[possibly]
            { $time ->
                [future] A partir de { $since }, seu acesso ao que segue pode ficar { state }:
               *[now] Desde { $since }, seu acesso ao que segue pode estar { state }:
            }
    }
still-checking = Ainda estamos verificando se isso se aplica a você e avisaremos assim que soubermos.
    .question = O que decide isso: { $open_question }
broken-lead =
    { $time ->
        [future]
            { $kind ->
                [degradation] A partir de { $since }, o que segue não vai funcionar como deveria para você:
               *[outage] A partir de { $since }, o que segue não vai funcionar para você:
            }
       *[now]
            { $kind ->
                [degradation] Desde { $since }, o que segue não funciona como deveria para você:
                [maintenance] Desde { $since }, o que segue não funciona para você, por causa de uma manutenção:
               *[outage] Desde { $since }, o que segue não funciona para você:
            }
    }
broken-lead-still =
    { $kind ->
        [degradation] O que segue continua sem funcionar como deveria para você, desde { $since }:
       *[outage] O que segue continua sem funcionar para você, desde { $since }:
    }
broken-lead-maybe =
    { $certainty ->
        [both] O que segue também pode não estar funcionando para você:
       *[possibly]
            { $kind ->
                [degradation]
                    { $time ->
                        [future] A partir de { $since }, o que segue pode não funcionar como deveria para você:
                       *[now] Desde { $since }, o que segue pode não estar funcionando como deveria para você:
                    }
               *[outage]
                    { $time ->
                        [future] A partir de { $since }, o que segue pode não funcionar para você:
                       *[now] Desde { $since }, o que segue pode não estar funcionando para você:
                    }
            }
    }
preheader-still =
    { $time ->
        [future] { first-preheader }
       *[now]
            { $certainty ->
                [possibly] O acesso talvez continue { state }.
               *[affected] O acesso continua { state }.
            }
    }
preheader-next = Próxima mensagem até { $next }.

## First notice

first-preheader =
    { $time ->
        [future]
            { $certainty ->
                [possibly] Acesso possivelmente { state } a partir de { $since }.
               *[affected] Acesso { state } a partir de { $since }.
            }
       *[now]
            { $certainty ->
                [possibly] Acesso possivelmente { state } desde { $since }.
               *[affected] Acesso { state } desde { $since }.
            }
    }
    .data = Seus dados: { $data }
first-heading =
    { $certainty ->
        [possibly]
            { $time ->
                [future] Seu acesso pode ficar { state }
               *[now] Seu acesso pode estar { state }
            }
       *[affected]
            { $time ->
                [future] Seu acesso ficará { state }
               *[now] Seu acesso está { state }
            }
    }
first-sorry =
    { $time ->
        [future] Pedimos desculpas. Sabemos que você conta com esse acesso.
       *[now] Pedimos desculpas. Sabemos que você conta com esse acesso, e isto aconteceu sem aviso prévio.
    }
broken-preheader =
    { $time ->
        [future] { fault } a partir de { $since }.
       *[now] { fault } desde { $since }.
    }
    .maybe = Você pode ter sido afetado.
broken-heading =
    { $certainty ->
        [possibly] { fault } pode afetar você
       *[affected]
            { $time ->
                [future] { fault } afetará você
               *[now] { fault } afeta você
            }
    }
broken-sorry = Pedimos desculpas.

## Holding notice

holding-preheader = Estamos apurando. { first-preheader }
holding-heading = Estamos apurando o que há com seu acesso
holding-lead =
    { $time ->
        [future] Pelo que sabemos até agora, a partir de { $since } seu acesso ao que segue ficará { state }:
       *[now] Pelo que sabemos até agora, desde { $since } seu acesso ao que segue está { state }:
    }
holding-sorry = Estamos apurando o que aconteceu e quem foi afetado. Não queríamos que você descobrisse antes de nós avisarmos; por isso esta mensagem chega antes de termos todas as respostas. Pedimos desculpas.
holding-known = O que sabemos até agora

## Update

update-heading =
    { $time ->
        [future] { first-heading }
       *[now]
            { $certainty ->
                [possibly] Seu acesso talvez continue { state }
               *[affected] Seu acesso continua { state }
            }
    }
update-new = O que há de novo
update-elsewhere = Há novidades que ainda não temos em português. Pergunte-nos, e nós explicaremos.
update-facts = O que sabemos mudou. A situação agora é esta:
update-nothing = Nada de novo a informar.
update-sorry = Lamentamos que isto ainda não tenha terminado.
broken-update-preheader = { broken-update-heading }.
broken-update-heading =
    { $kind ->
        [degradation] A instabilidade continua
        [maintenance] A manutenção continua
       *[outage] A falha continua
    }

## Correction

correction-preheader = Uma correção.
correction-heading = Uma correção do que escrevemos
correction-sorry = Algo que escrevemos a você em { $wrote } estava errado. Pedimos desculpas.
    .undated = Algo que escrevemos a você estava errado. Pedimos desculpas.
correction-wrote = O que escrevemos
correction-right = O correto
correction-elsewhere = Ainda não temos o texto correto em português. Pergunte-nos, e nós explicaremos.
standing = Como está seu acesso
correction-over = O que escrevemos a você depois disso sobre o que segue continua valendo:
correction-lead = { lead-still }
correction-lead-maybe = { lead-maybe }
# Same as correction-wrote.
correction-whole = O que escrevemos em { $wrote }
    .undated = O que escrevemos

## Retraction

retraction-preheader = Desconsidere o que escrevemos em { $wrote }: estava errado.
    .undated = Desconsidere o que escrevemos: estava errado.
retraction-heading = Retiramos o que escrevemos a você
retraction-sorry = A mensagem que enviamos a você em { $wrote } estava errada. Nós a retiramos: por favor, desconsidere-a. Pedimos desculpas.
    .undated = Uma mensagem que enviamos a você estava errada. Nós a retiramos: por favor, desconsidere-a. Pedimos desculpas.
retraction-about = Ela tratava de
retraction-out =
    { $time ->
        [future] O que escrevemos a você antes dela continua valendo. Seu acesso ao que segue ficará { state }:
       *[now] O que escrevemos a você antes dela continua valendo. Seu acesso ao que segue está { state }:
    }
retraction-maybe = O que escrevemos a você antes dela continua valendo. Seu acesso ao que segue pode estar { state }:
retraction-stands = O que escrevemos a você antes dessa mensagem continua valendo.
retraction-lead = { lead }
retraction-may-be = Seu acesso ao que segue pode estar { state }:
retraction-nothing = Você não precisa fazer nada por causa dela. Se algo disser respeito ao seu acesso, escreveremos novamente.
retraction-question = Alguma dúvida?
retraction-quoted = O que retiramos

## What ends: restored, a part of it, not affected after all

restored-preheader = Acesso restabelecido desde { $back }.
restored-heading = Seu acesso voltou
restored-lead = Desde { $back }, você tem novamente acesso ao que segue:
restored-sorry = Pedimos desculpas. Sabemos que você conta com esse acesso e estava sem ele desde { $since }.
restored-question = O acesso ainda não voltou ou você tem alguma dúvida?
broken-restored-preheader = Funcionando novamente desde { $back }.
broken-restored-heading =
    { $kind ->
        [degradation] A instabilidade foi resolvida
        [maintenance] A manutenção terminou
       *[outage] A falha foi resolvida
    }
broken-restored-lead = Desde { $back }, o que segue funciona novamente para você:
broken-restored-sorry = { restored-sorry }
broken-restored-question = Ainda não funciona ou você tem alguma dúvida?
open-lead = Desde { $back }, está disponível para você o que segue:
lifted-heading =
    { $time ->
        [future] Afinal, seu acesso não ficará { state }
       *[now] O que talvez afetasse você terminou
    }
lifted-preheader = { lifted-heading }.
lifted-lead =
    { $time ->
        [future] Escrevemos que, a partir de { $since }, seu acesso ao que segue ficaria, ou poderia ficar, { state }. Isso não vai acontecer:
       *[now] Escrevemos que seu acesso ao que segue talvez estivesse { state }. Isso terminou em { $back }:
    }
partial-preheader = Parte do seu acesso está disponível desde { $back }.
partial-heading = Parte do seu acesso está disponível
released-preheader = Afinal, isto não se aplica a você.
    .part = Nem tudo se aplica a você.
released-heading = Afinal, isto não se aplica a você
    .part = Nem tudo se aplica a você
released-lead = Escrevemos que seu acesso ao que segue estava, ou talvez estivesse, { state }. Isso não se aplica (mais) a você:
released-sorry = Pedimos desculpas pela preocupação causada.
released-works = Segundo nossos dados, você tem acesso.
    .not = Segundo nossos dados, o acesso continua { state } para você no momento.
released-question = Isto não está certo ou você tem alguma dúvida?
rest-out = Continua { state } para você
rest-maybe =
    { $rest ->
        [both] Também pode estar { state }
       *[maybe] Talvez continue { state } para você
    }
more-elsewhere = Temos mais a dizer sobre isto, mas ainda não em português. Pergunte-nos, e nós explicaremos.

## Looked at again, and it stands

confirmed-preheader = Analisamos seu caso novamente.
confirmed-heading =
    { $certainty ->
        [possibly] Analisamos seu caso novamente: seu acesso talvez continue { state }
       *[affected] Analisamos seu caso novamente: seu acesso continua { state }
    }
confirmed-looked = Fomos informados de que isto não se aplica a você. Uma pessoa analisou o caso novamente.
confirmed-lead =
    { $time ->
        [future] O resultado: isto se aplica a você. A partir de { $since }, seu acesso ao que segue ficará { state }:
       *[now] O resultado: isto se aplica a você. Seu acesso ao que segue continua { state }:
    }
confirmed-lead-maybe =
    { $certainty ->
        [both] Quanto ao que segue, ainda não sabemos dizer se isto se aplica a você; esse acesso também pode estar { state }:
       *[possibly] O resultado: ainda não podemos descartar que isto se aplique a você. Seu acesso ao que segue pode estar { state }:
    }
confirmed-sorry = Lamentamos. Sabemos que não é a resposta que você esperava.
confirmed-question = Continua errado, ou você sabe algo que não sabemos?
confirmed-tell = Conte o que há de novo, e analisaremos mais uma vez.

## Headings, and what stands under them

start = Início
why = Por quê
symptom = O que você verá
still-works = O que continua funcionando
data = Seus dados
billing = Cobrança
action = O que você precisa fazer
next = Próxima mensagem
    .promised = Por e-mail, até { $next }, mesmo que não haja nada de novo.
    .open = Por e-mail, assim que soubermos mais.
question = Isto não se aplica a você ou você tem alguma dúvida?
contact =
    { $contact ->
        [phone] Ligue para { $phone }.
        [reply] Responda a este e-mail; uma pessoa vai ler.
        [reply-phone] Responda a este e-mail; uma pessoa vai ler. Ou ligue para { $phone }.
        [status] A situação atual está em nossa página de status, no link abaixo.
       *[none] Fale conosco como de costume.
    }
no-password = Não pediremos sua senha.
details = Detalhes

## Facts. The message itself: confirmed. believed: we think so, and say so

own-words = { $text }
    .believed = Pelo que sabemos até agora: { $text }
ask = Ainda não temos esta informação em português: pergunte-nos, por favor.
unknown = Ainda não sabemos.
reason-legal = Uma ordem legal exige isto.
reason-security = Uma emergência de segurança tornou isto necessário.
reason-supplier = Um dos nossos fornecedores falhou.
reason-capacity = No momento, não temos capacidade para atender a todos.
reason-fault = Algo falhou em nossos sistemas.
cause-unknown = Ainda não conhecemos a causa.
    .end = Ainda não conhecemos a causa, nem sabemos quando o acesso volta.
cause-government_directive = Uma determinação do governo exige isto.
    .believed = Acreditamos que uma determinação do governo exija isto.
cause-court_order = Uma ordem judicial exige isto.
    .believed = Acreditamos que uma ordem judicial exija isto.
legal_basis-literal = O fundamento legal é { $text }.
    .believed = Acreditamos que o fundamento legal seja { $text }.
assessment-misunderstanding = É um mal-entendido.
    .believed = Acreditamos que seja um mal-entendido.
end-unknown = Ainda não sabemos quando o acesso volta.
end-moment = O acesso voltará até { $when }.
    .believed = Acreditamos que o acesso volte até { $when }, mas isso não é certo.
effort-restoring = Estamos trabalhando para restabelecer o acesso.
    .believed = Acreditamos que o restabelecimento do acesso está em andamento.
symptom-literal = As solicitações falham com { $text }.
    .believed = Acreditamos que as solicitações falhem com { $text }.
still_works-other_services = Todos os nossos outros serviços funcionam normalmente.
    .believed = Acreditamos que todos os nossos outros serviços funcionem normalmente.
still_works-nothing_else = Nada: todos os nossos serviços foram afetados.
    .believed = Acreditamos que todos os nossos serviços tenham sido afetados.
data-kept = Preservados, sem alterações.
    .believed = Acreditamos que estejam preservados, sem alterações.
data-at_risk = Em risco. Use uma cópia sua, se tiver.
    .believed = Acreditamos que estejam em risco. Use uma cópia sua, se tiver.
data-partly_lost = Uma parte foi perdida.
    .believed = Acreditamos que uma parte tenha sido perdida.
data-lost = Foram perdidos.
    .believed = Acreditamos que tenham sido perdidos.
billing-not_charged = O tempo sem acesso não é cobrado.
    .believed = Acreditamos que o tempo sem acesso não será cobrado.
billing-charged = A cobrança continua como antes.
    .believed = Acreditamos que a cobrança continue como antes.
billing-credited = O tempo sem acesso é cobrado e creditado a você depois.
    .believed = Acreditamos que o tempo sem acesso será creditado a você.
action-none = Nada.
    .believed = Acreditamos que não é preciso fazer nada.
