"""Notes written for the tests in the published style, with intent and sentiment.

The published notes are described in docs/domain.md#published-notes.
Half English, half Spanish. The label is what a person reads, not what the word lists say: some
notes are read wrongly, and the confusion matrices show which. A line is: intent letter,
sentiment sign, text.
"""

INTENT = {
    "X": "Cancellation / Switch",
    "C": "Complaint / Escalation",
    "B": "Billing / Payment",
    "R": "Contract Renewal",
    "P": "Pricing Offers",
    "L": "Plan / Product Inquiry",
    "A": "Account / Service Inquiry",
    "G": "General / Operational Contact",
    "O": "Other / Unclassified",
}
SENTIMENT = {"-": "negative", "=": "neutral", "+": "positive"}

_ENGLISH = """
X= Cust asked how to cancel the contract. Steps explained.
X= Cust wants to switch to another retailer. Form sent.
X= Inq re: contract termination. Fees explained.
X= Account closure requested. Moving house.
X= Cust is leaving at the end of the month.
X- Very unhappy, wants to cancel now.
X- Cust cancelling. Terrible experience with support.
X- Frustrated by delays, will switch provider.
X- Says he will not renew. Disappointed with us.
X- Cust inquired about early termination. Upset about the fee.
X+ Cancels because of a move abroad, but happy with the years here.
X+ Closing account, thanks us for the good service.
X= Not renewing: the flat has been sold.
X= Wants to terminate the gas contract only.
C- Cust complained about the wait on the phone.
C- Unhappy with the answer received by email.
C- Second complaint this month, nothing done.
C- Finds the process frustrating and slow.
C- Customer upset, asked for a supervisor.
C- Not satisfied with the repair. Wants it escalated.
C- Dissatisfied with the technician's visit.
C- Very disappointed, promised call never came.
C- Says the treatment at the office was unacceptable.
C- Angry about three unanswered emails. Complaint filed.
C= Complaint registered. Reference sent.
C= Escalated to back office. Reply to follow.
C+ Complaint solved at once, customer very pleased.
C- Furious: no one came on the agreed day.
B= Cust inquired about upcoming bill. Info provided.
B= Asked for a copy of the March invoice.
B= Wants to change the payment date.
B= Question on charges for meter rental. Clarified.
B= Payment overdue. Agreed to pay on Friday.
B= Set up direct debit for the bill.
B- Billed twice. Annoyed.
B- Bad experience with the last bill, amount is wrong.
B- Angry about a charge nobody can explain.
B- Refund still missing, customer is irritated.
B+ Bill explained line by line. Happy.
B+ Thanks for the quick refund!
B+ Satisfied with the payment plan.
B= Cust called re: bill details. Sent summary.
R= Cust inquired about renewal options. Info provided.
R= Inq re: renewal terms. Explained.
R= Contract expires in May, asked what comes next.
R= Asked when the contract is up for renewal.
R= Renewal papers received and signed.
R= Renewal discussed. No price increase.
R- Renewal letter came far too late. Annoyed.
R- Poor experience with the renewal process.
R+ Renewed for another year. Happy with service.
R+ Cust inquired about renewal. Good experience.
R+ Pleased with renewal terms.
R+ Wants to renew, loves the app.
R= No plans to switch. Asked about renewal dates.
R+ Renewal confirmed. Positive chat.
P= Cust inq re: current rates. Info provided.
P= Asked about the price per kWh next year.
P= Has seen better offers from the competition.
P= Asked for a discount on gas.
P= Is looking around for alternatives.
P= Compares prices of several retailers.
P- Annoyed by the price hike.
P- Finds the new rate unfair.
P- Prices are awful this winter, he says.
P+ Got a discount. Very happy.
P+ Pleased with the new price.
P+ Great rate, thanks.
P= Inquired about savings for large families.
P= Asked why the tariff price went up in March.
L= Asked which plan fits night use.
L= Inq re: plan options. Info provided.
L= Wants details of the green plan.
L= Interested in products for electric cars.
L= Asked about options to add solar panels.
L= Cust inq about upgrade options.
L- The plan was badly explained. Annoyed.
L- Poor choice of plans, he says.
L+ Happy with the new plan.
L+ The night plan is perfect for them.
L+ Excellent explanation of the options.
L= Compared two plans. Will think about it.
A= Cust inq re: account details. Info provided.
A= Updated contact details.
A= Asked who reads the meter.
A= Meter reading given by phone.
A= Change of holder on the account requested.
A= Service start date confirmed.
A- Account locked again. Annoyed.
A- The meter service was poor.
A+ Account set up in minutes. Great.
A+ Glad that the service works again.
A+ All good with the account, satisfied.
A= Asked for information about the service area.
G= Routine follow-up call.
G= Follow-up. Nothing new.
G= Customer contacted as agreed.
G= Routine contact, matter resolved.
G+ Follow-up call. Customer is happy.
G+ Routine check, all fine, thanks.
O= Left a voicemail.
O= Wrong number.
O= Will call again tomorrow.
O= No answer.
O+ Happy customer!
O+ Says hello and thank you.
O- Had a bad day.
"""

_SPANISH = """
X= Cliente solicita la baja del contrato. Se explican los pasos.
X= Quiere cambiarse a otra comercializadora. Enviado formulario.
X= Pregunta cómo darse de baja del gas.
X= Pide cerrar la cuenta por mudanza.
X= No quiere renovar, ha vendido el piso.
X= Tramita la portabilidad con otra empresa.
X- Muy enfadado, quiere darse de baja ya.
X- Harta de los errores, se va a la competencia.
X- Cancela el contrato, pésima experiencia.
X- Decepcionado con el servicio, cambia de compañía.
X- Pide la baja. Mal trato por teléfono.
X+ Se da de baja por traslado, pero contento con nosotros.
X+ Cancela por mudanza y agradece el buen trato.
X= Solicita cancelación anticipada. Informado del coste.
C- Cliente muy descontento con la atención recibida.
C- Se queja de la espera al teléfono.
C- Presenta una reclamación por la avería.
C- No está satisfecho con la respuesta.
C- Indignada: nadie vino a la cita.
C- Segunda queja este mes, sin solución.
C- Molesto porque no le devuelven la llamada.
C- Decepcionada con el técnico.
C- Considera inaceptable el retraso.
C- Disgustado por el trato en la oficina.
C= Reclamación registrada. Número enviado.
C= Queja escalada a segundo nivel. Se responderá.
C+ Reclamación resuelta, clienta muy contenta.
C- Enfadado, exige hablar con un responsable.
B= Duda sobre la factura de marzo. Aclarada.
B= Pide duplicado de la factura.
B= Quiere cambiar la fecha de cobro.
B= Pregunta por un cargo de alquiler de contador.
B= Recibo impagado. Pagará el viernes.
B= Solicita domiciliar el recibo en otro banco.
B- Le han cobrado dos veces. Fatal, dice.
B- Factura mal calculada, cliente enfadado con razón.
B- Indignado por el cargo, nadie se lo explica.
B+ Factura explicada. Muy contento.
B+ Agradece la devolución tan rápida del cobro.
B+ Satisfecha con el plan de pagos.
B= Consulta el detalle de la factura. Información enviada.
B= Aplazamiento del pago concedido.
R= Consulta sobre la renovación del contrato. Info enviada.
R= Pregunta cuándo vence el contrato.
R= El contrato caduca en mayo, pide condiciones.
R= Renovación firmada y recibida.
R= Sin subida de precio. Consulta sobre renovación.
R= No quiere cambiar de compañía, pregunta por la renovación.
R- La carta de renovación llegó tarde. Fatal.
R- Mala experiencia con la renovación.
R+ Renueva un año más. Muy satisfecho.
R+ Contenta con las condiciones de renovación.
R+ Renovación hecha, gracias por la ayuda.
R+ Encantado con la renovación automática.
R= Se prorroga el contrato otros doce meses.
R= Informado sobre el vencimiento de su contrato.
P= Pregunta por la tarifa actual.
P= Quiere saber el precio del kWh el próximo año.
P= Ha visto ofertas más baratas de la competencia.
P= Pide un descuento en el gas.
P= Compara precios de varias empresas.
P= Busca alternativas para ahorrar.
P- Indignado... dice que la subida de precios es injusta.
P- La nueva tarifa le parece malísima, muy mal.
P- Precio pésimo este invierno, según él.
P+ Contento con el descuento aplicado.
P+ Le parece un buen precio, gracias.
P+ Tarifa estupenda, dice.
P= Consulta el ahorro con la nueva tarifa nocturna.
P= Solicita oferta por escrito.
L= Pregunta por las opciones de potencia.
L= Quiere bajar la potencia contratada.
L= Consulta planes para coche eléctrico.
L= Interesado en placas solares y autoconsumo.
L= Información sobre la discriminación horaria.
L= Pide detalles del producto verde.
L- Le explicaron mal las opciones. Pésimo.
L- Mala elección de planes, opina.
L+ Encantada con el nuevo plan.
L+ El plan nocturno es perfecto para ellos.
L+ Excelente explicación de las opciones.
L= Va a pensar qué modalidad le conviene.
A= Actualiza datos de contacto.
A= Solicita cambio de titular.
A= Comunica la lectura del contador.
A= Pregunta quién lee el contador.
A= Consulta los datos de su cuenta. Todo correcto.
A= Alta de suministro confirmada.
A- Cuenta bloqueada otra vez. Fatal.
A- El servicio del contador fue malo.
A+ Cambio de titular hecho en minutos. Genial.
A+ Contento de que vuelva el suministro.
A+ Datos actualizados, muy amable, gracias.
A= Pide información sobre el servicio en su zona.
G= Llamada de seguimiento rutinaria.
G= Seguimiento. Sin novedades.
G= Cliente contactado según lo acordado.
G= Gestión general, asunto resuelto.
G+ Seguimiento. Cliente contento.
G+ Contacto rutinario, gracias por llamar.
O= No contesta.
O= Buzón de voz.
O= Llamará mañana.
O= Número equivocado.
O+ Clienta encantada.
O+ Da las gracias y se despide.
O- Ha tenido un mal día.
"""


def _notes(lines: str, language: str) -> list[tuple[str, str, str, str]]:
    return [
        (line[3:], INTENT[line[0]], SENTIMENT[line[1]], language)
        for line in lines.strip().splitlines()
    ]


def labelled_notes() -> list[tuple[str, str, str, str]]:
    """Return (text, intent, sentiment, language) of every note."""
    return _notes(_ENGLISH, "en") + _notes(_SPANISH, "es")
