### Lo que dice un mensaje en español. Nombres y valores: véase en.ftl.


## How people, times and lists are called

gap = { " " }
hedges = puede | pueden | es posible | posiblemente | podría | podía | quizá | creemos | todavía no sabemos | todavía no conocemos | todavía no lo sabemos | por lo que sabemos | según lo que sabemos | aproximadamente { $at }
label = { $label }: { $text }
hello = Hola, { $name }:
    .unknown = Hola:
what = { $services }, para { $customers }
    .line = { $customer }: { $services }
more = { $n } más
    .lines = y { $n } más
more-rest =
    { $contact ->
        [status] Esta lista es demasiado larga para un mensaje. Pídanos el resto.
       *[none] Esta lista es demasiado larga para un mensaje. Pídanos el resto. { contact }
    }
day = EEEE d 'de' MMMM
    .weekday = EEEE
time = { $day } { $at }
    .soon = { $weekday } { $at }
    .at = a las { $clock } { $zone }
    .utc = a las { $clock } { $zone } ({ $utc } UTC)
    .utc-other-day = a las { $clock } { $zone } ({ $weekday } a las { $utc } UTC)
    .about = aproximadamente { $at }
    .latest = { $when } a más tardar
as-of = Situación del { $when }.
zone = { $zone }
test = PRUEBA: este mensaje solo se está probando. Por favor, no lo tenga en cuenta.
copy = COPIA de un mensaje enviado el { $when }.
state =
    { $kind ->
        [outage] interrumpido
        [degradation] afectado por una incidencia
        [maintenance] interrumpido por mantenimiento
       *[suspension] suspendido
    }
fault =
    { $kind ->
        [degradation] Una incidencia
        [maintenance] Un trabajo de mantenimiento
       *[outage] Una avería
    }

## The subject: the same in all notices of a disruption

subject =
    { $kind ->
        [outage] Avería de { $services } (referencia { $reference })
        [degradation] Incidencia en { $services } (referencia { $reference })
        [maintenance] Mantenimiento de { $services } (referencia { $reference })
       *[suspension] Suspensión de { $services } (referencia { $reference })
    }
    .titled = { $title } (referencia { $reference })

## What is out

lead =
    { $time ->
        [future] A partir del { $since }, el acceso a lo siguiente estará { state } para usted:
       *[now] Desde el { $since }, el acceso a lo siguiente está { state } para usted:
    }
lead-still =
    { $time ->
        [future] A partir del { $since }, el acceso a lo siguiente estará { state } para usted:
       *[now] Desde el { $since }, el acceso a lo siguiente está { state } para usted y aún no se ha restablecido:
    }
lead-maybe =
    { $certainty ->
        [both] Es posible que el acceso a lo siguiente también esté { state } para usted:
       *[possibly]
            { $time ->
                [future] A partir del { $since }, es posible que el acceso a lo siguiente esté { state } para usted:
               *[now] Desde el { $since }, es posible que el acceso a lo siguiente esté { state } para usted:
            }
    }
still-checking = Todavía estamos comprobando si le afecta, y se lo diremos en cuanto lo sepamos.
    .question = De esto depende: { $open_question }
broken-lead =
    { $time ->
        [future]
            { $kind ->
                [degradation] A partir del { $since }, lo siguiente no funcionará como debería para usted:
               *[outage] A partir del { $since }, lo siguiente no funcionará para usted:
            }
       *[now]
            { $kind ->
                [degradation] Desde el { $since }, lo siguiente no funciona como debería para usted:
                [maintenance] Desde el { $since }, lo siguiente está en mantenimiento y no funciona para usted:
               *[outage] Desde el { $since }, lo siguiente no funciona para usted:
            }
    }
broken-lead-still =
    { $kind ->
        [degradation] Lo siguiente sigue sin funcionar como debería para usted, desde el { $since }:
       *[outage] Lo siguiente sigue sin funcionar para usted, desde el { $since }:
    }
broken-lead-maybe =
    { $certainty ->
        [both] Es posible que lo siguiente también le afecte:
       *[possibly]
            { $kind ->
                [degradation]
                    { $time ->
                        [future] A partir del { $since }, es posible que lo siguiente no funcione como debería para usted:
                       *[now] Desde el { $since }, es posible que lo siguiente no funcione como debería para usted:
                    }
               *[outage]
                    { $time ->
                        [future] A partir del { $since }, es posible que lo siguiente no funcione para usted:
                       *[now] Desde el { $since }, es posible que lo siguiente no funcione para usted:
                    }
            }
    }
preheader-still =
    { $time ->
        [future] { first-preheader }
       *[now]
            { $certainty ->
                [possibly] Es posible que el acceso siga { state }.
               *[affected] El acceso sigue { state }.
            }
    }
preheader-next = Próximo mensaje antes del { $next }.

## First notice

first-preheader =
    { $time ->
        [future]
            { $certainty ->
                [possibly] Acceso posiblemente { state } a partir del { $since }.
               *[affected] Acceso { state } a partir del { $since }.
            }
       *[now]
            { $certainty ->
                [possibly] Acceso posiblemente { state } desde el { $since }.
               *[affected] Acceso { state } desde el { $since }.
            }
    }
    .data = Sus datos: { $data }
first-heading =
    { $certainty ->
        [possibly]
            { $time ->
                [future] Su acceso puede quedar { state }
               *[now] Su acceso puede estar { state }
            }
       *[affected]
            { $time ->
                [future] Su acceso quedará { state }
               *[now] Su acceso está { state }
            }
    }
first-sorry =
    { $time ->
        [future] Lo sentimos. Usted cuenta con este acceso.
       *[now] Lo sentimos. Usted cuenta con este acceso, y esto llega sin previo aviso.
    }
broken-preheader =
    { $time ->
        [future] { fault } a partir del { $since }.
       *[now] { fault } desde el { $since }.
    }
    .maybe = Es posible que le afecte.
broken-heading =
    { $certainty ->
        [possibly] { fault } puede afectarle
       *[affected]
            { $time ->
                [future] { fault } le afectará
               *[now] { fault } le afecta
            }
    }
broken-sorry = Lo sentimos.

## Holding notice

holding-preheader = Lo estamos averiguando. { first-preheader }
holding-heading = Estamos averiguando qué ocurre con su acceso
holding-lead =
    { $time ->
        [future] A partir del { $since }, el acceso a lo siguiente estará { state } para usted, por lo que sabemos hasta ahora:
       *[now] Desde el { $since }, el acceso a lo siguiente está { state } para usted, por lo que sabemos hasta ahora:
    }
holding-sorry = Estamos averiguando qué ha ocurrido y a quién afecta. No queríamos que se enterara por su cuenta; por eso este mensaje llega antes que todas las respuestas. Lo sentimos.
holding-known = Lo que sabemos hasta ahora

## Update

update-heading =
    { $time ->
        [future] { first-heading }
       *[now]
            { $certainty ->
                [possibly] Su acceso puede seguir { state }
               *[affected] Su acceso sigue { state }
            }
    }
update-new = Qué hay de nuevo
update-elsewhere = Hay novedades que todavía no tenemos en español. Consúltenos y se las explicaremos.
update-facts = Ahora sabemos más. Esta es la situación:
update-nothing = No hay novedades.
update-sorry = Sentimos que esto continúe.
broken-update-preheader = { broken-update-heading }.
broken-update-heading =
    { $kind ->
        [degradation] La incidencia continúa
        [maintenance] El mantenimiento continúa
       *[outage] La avería continúa
    }

## Correction

correction-preheader = Una rectificación.
correction-heading = Rectificación de lo que escribimos
correction-sorry = Algo que le escribimos el { $wrote } era incorrecto. Lo sentimos.
    .undated = Algo que le escribimos era incorrecto. Lo sentimos.
correction-wrote = Escribimos
correction-right = Lo correcto es
correction-elsewhere = Todavía no tenemos el texto correcto en español. Consúltenos y se lo explicaremos.
standing = Cómo está su acceso
correction-over = Lo que le hemos escrito desde entonces sobre lo siguiente sigue siendo válido:
correction-lead = { lead-still }
correction-lead-maybe = { lead-maybe }
correction-whole = Lo que escribimos el { $wrote }
    .undated = Lo que escribimos

## Retraction

retraction-preheader = Le rogamos que no tenga en cuenta lo que escribimos el { $wrote }: era incorrecto.
    .undated = Le rogamos que no tenga en cuenta lo que escribimos: era incorrecto.
retraction-heading = Retiramos lo que le escribimos
retraction-sorry = El mensaje que le enviamos el { $wrote } era incorrecto. Lo retiramos: le rogamos que no lo tenga en cuenta. Lo sentimos.
    .undated = Un mensaje que le enviamos era incorrecto. Lo retiramos: le rogamos que no lo tenga en cuenta. Lo sentimos.
retraction-about = Se trataba de
retraction-out =
    { $time ->
        [future] Lo que le escribimos antes de ese mensaje sigue siendo válido. El acceso a lo siguiente estará { state } para usted:
       *[now] Lo que le escribimos antes de ese mensaje sigue siendo válido. El acceso a lo siguiente está { state } para usted:
    }
retraction-maybe = Lo que le escribimos antes de ese mensaje sigue siendo válido. Es posible que el acceso a lo siguiente esté { state } para usted:
retraction-stands = Lo que le escribimos antes de ese mensaje sigue siendo válido.
retraction-lead = { lead }
retraction-may-be = Es posible que el acceso a lo siguiente esté { state } para usted:
retraction-nothing = No tiene que hacer nada por ello. Si algo afecta a su acceso, le escribiremos de nuevo.
retraction-question = ¿Tiene alguna pregunta?
retraction-quoted = Lo que retiramos

## What ends: restored, a part of it, not affected after all

restored-preheader = El acceso está restablecido desde el { $back }.
restored-heading = Su acceso se ha restablecido
restored-lead = Desde el { $back }, vuelve a tener acceso a lo siguiente:
restored-sorry = Lo sentimos. Usted cuenta con este acceso y ha estado sin él desde el { $since }.
restored-question = ¿Aún no ha recuperado el acceso o tiene alguna pregunta?
broken-restored-preheader = Vuelve a funcionar desde el { $back }.
broken-restored-heading =
    { $kind ->
        [degradation] La incidencia está resuelta
        [maintenance] El mantenimiento ha terminado
       *[outage] La avería está resuelta
    }
broken-restored-lead = Desde el { $back }, lo siguiente vuelve a funcionar para usted:
broken-restored-sorry = Lo sentimos. Usted cuenta con este servicio y ha estado sin él desde el { $since }.
broken-restored-question = ¿Aún no funciona o tiene alguna pregunta?
open-lead = Desde el { $back } está disponible para usted lo siguiente:
lifted-heading =
    { $time ->
        [future] Al final, su acceso no quedará { state }
       *[now] Lo que quizá le afectaba ha terminado
    }
lifted-preheader = { lifted-heading }.
lifted-lead =
    { $time ->
        [future] Le habíamos escrito que, a partir del { $since }, el acceso a lo siguiente quedaría, o podría quedar, { state } para usted. Eso no va a ocurrir:
       *[now] Le habíamos escrito que el acceso a lo siguiente podía estar { state } para usted. Eso terminó el { $back }:
    }
partial-preheader = Parte de su acceso está disponible desde el { $back }.
partial-heading = Parte de su acceso está disponible
released-preheader = Al final no le afecta.
    .part = No todo le afecta.
released-heading = Al final no le afecta
    .part = No todo le afecta
released-lead = Le escribimos que el acceso a lo siguiente está, o puede estar, { state } para usted. Eso no es aplicable a su caso, o ya no lo es:
released-sorry = Sentimos la preocupación que le hayamos causado.
released-works = Según nuestros datos, usted tiene acceso.
    .not = Según nuestros datos, el acceso sigue { state } para usted en este momento.
released-question = ¿No es correcto o tiene alguna pregunta?
rest-out = Sigue { state } para usted
rest-maybe =
    { $rest ->
        [both] Posiblemente también { state }
       *[maybe] Es posible que siga { state } para usted
    }
more-elsewhere = Tenemos algo más que decirle, pero todavía no en español. Consúltenos y se lo explicaremos.

## Looked at again, and it stands

confirmed-preheader = Hemos vuelto a revisar su caso.
confirmed-heading =
    { $certainty ->
        [possibly] Lo hemos revisado de nuevo: su acceso puede seguir { state }
       *[affected] Lo hemos revisado de nuevo: su acceso sigue { state }
    }
confirmed-looked = Se nos indicó que esto no es aplicable a su caso. Una persona lo ha revisado de nuevo.
confirmed-lead =
    { $time ->
        [future] El resultado: sí le afecta. A partir del { $since }, el acceso a lo siguiente estará { state } para usted:
       *[now] El resultado: sí le afecta. El acceso a lo siguiente sigue { state } para usted:
    }
confirmed-lead-maybe =
    { $certainty ->
        [both] En cuanto a lo siguiente, aún no podemos decir si le afecta; es posible que el acceso también esté { state }:
       *[possibly] El resultado: aún no podemos descartar que le afecte. Es posible que el acceso a lo siguiente esté { state } para usted:
    }
confirmed-sorry = Lo sentimos. Sabemos que esperaba otra respuesta.
confirmed-question = ¿Sigue sin ser correcto o sabe algo que nosotros no sabemos?
confirmed-tell = Díganos qué hay de nuevo y volveremos a comprobarlo.

## Headings, and what stands under them

start = Inicio
why = Por qué
symptom = Qué verá
still-works = Qué sigue funcionando
data = Sus datos
billing = Facturación
action = Qué tiene que hacer
next = Próximo mensaje
    .promised = Por correo electrónico, antes del { $next }, aunque no haya nada nuevo.
    .open = Por correo electrónico, en cuanto sepamos más.
question = ¿No es su caso o tiene alguna pregunta?
contact =
    { $contact ->
        [phone] Llame al { $phone }.
        [reply] Responda a este mensaje y lo leerá una persona.
        [reply-phone] Responda a este mensaje y lo leerá una persona, o llame al { $phone }.
        [status] Encontrará la situación actual en nuestra página de estado, enlazada más abajo.
       *[none] Contáctenos como lo hace habitualmente.
    }
no-password = No le pediremos ninguna contraseña.
details = Detalles

## Facts. The message itself: confirmed. believed: we think so, and say so

own-words = { $text }
    .believed = Según lo que sabemos hasta ahora: { $text }
ask = Todavía no tenemos este dato en español: consúltenos, por favor.
unknown = Todavía no lo sabemos.
reason-legal = Una orden legal lo exige.
reason-security = Una emergencia de seguridad lo ha hecho necesario.
reason-supplier = Uno de nuestros proveedores nos ha fallado.
reason-capacity = En este momento no tenemos capacidad para atender a todos.
reason-fault = Algo ha fallado en nuestros sistemas.
cause-unknown = Todavía no conocemos la causa.
    .end = Todavía no conocemos la causa, ni cuándo se restablecerá el acceso.
cause-government_directive = Una orden gubernamental lo exige.
    .believed = Creemos que una orden gubernamental lo exige.
cause-court_order = Una orden judicial lo exige.
    .believed = Creemos que una orden judicial lo exige.
legal_basis-literal = El fundamento jurídico es { $text }.
    .believed = Creemos que el fundamento jurídico es { $text }.
assessment-misunderstanding = Se trata de un malentendido.
    .believed = Creemos que se trata de un malentendido.
end-unknown = Todavía no sabemos cuándo se restablecerá el acceso.
end-moment = El acceso se restablecerá a más tardar el { $when }.
    .believed = Creemos que el acceso se restablecerá a más tardar el { $when }, pero no es seguro.
effort-restoring = Estamos trabajando para restablecer el acceso.
    .believed = Creemos que se está trabajando para restablecer el acceso.
symptom-literal = Las solicitudes fallan con { $text }.
    .believed = Creemos que las solicitudes fallan con { $text }.
still_works-other_services = Todos nuestros demás servicios funcionan con normalidad.
    .believed = Creemos que todos nuestros demás servicios funcionan con normalidad.
still_works-nothing_else = Nada: todos nuestros servicios están afectados.
    .believed = Creemos que todos nuestros servicios están afectados.
data-kept = Se conservan, sin cambios.
    .believed = Creemos que se conservan, sin cambios.
data-at_risk = Están en riesgo. Utilice una copia propia si la tiene.
    .believed = Creemos que están en riesgo. Utilice una copia propia si la tiene.
data-partly_lost = Una parte se ha perdido.
    .believed = Creemos que una parte se ha perdido.
data-lost = Se han perdido.
    .believed = Creemos que se han perdido.
billing-not_charged = El tiempo sin acceso no se cobra.
    .believed = Creemos que el tiempo sin acceso no se cobrará.
billing-charged = La facturación continúa como antes.
    .believed = Creemos que la facturación continúa como antes.
billing-credited = El tiempo sin acceso se cobra y se le abona después.
    .believed = Creemos que el tiempo sin acceso se le abonará.
action-none = Nada.
    .believed = Creemos que no tiene que hacer nada.
