--[[ reopen: puts the conversation's last ticket back into the queue.
     ARGV  1 now  2 key  3 digest  4 conversation  5 agent  6 from-states  7 status entry id  8 its bytes
           9 '1' if the key was looked up elsewhere
     Returns {'ok', sequence, ticket, '', status entry} | {'key_reused'} | {'no_ticket'} | {'illegal', state}
           | {'moved', conversation} | {'look'} (the key up, where the customer was before) ]]
local key, digest, conversation = ARGV[2], ARGV[3], ARGV[4]
local first = repeated(key, digest)
if first then return first end
local elsewhere = moved(conversation) or used_elsewhere(conversation, ARGV[9])
if elsewhere then return elsewhere end
local ticket = redis.call('HGET', P .. 'con:' .. conversation, 'ticket')
if not ticket then return { 'no_ticket' } end
local refused = refused_transition(ticket, ARGV[6])
if refused then return refused end
requeue(ticket, '')
local sequence = append(conversation, ARGV[7], ARGV[8], ticket, '')
emit(7, with_ticket({ 'c', conversation, 't', ticket, 'e', ARGV[7], 's', sequence, 'g', ARGV[5] }, ticket))
return remember(key, digest, { 'ok', tostring(sequence), ticket, '', ARGV[7] })
