--[[ waive: one inbound entry needs no answer.
     ARGV  1 now  2 key  3 digest  4 conversation  5 entry waived  6 agent  7 assignment token  8 status entry id  9 its bytes
           10 '1' if the key was looked up elsewhere
     Returns {'ok', sequence, ticket, '', status entry} | {'key_reused'} | {'no_ticket'} | {'stale_assignment', holder} | {'not_owed'}
           | {'moved', conversation} | {'look'} (the key up, where the customer was before) ]]
local key, digest, conversation, waived = ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local first = repeated(key, digest)
if first then return first end
local elsewhere = moved(conversation) or used_elsewhere(conversation, ARGV[10])
if elsewhere then return elsewhere end
local ticket = redis.call('HGET', P .. 'con:' .. conversation, 'ticket')
if not ticket then return { 'no_ticket' } end
local refused = not_holder(ticket, ARGV[7], ARGV[6])
if refused then return refused end
if redis.call('HEXISTS', P .. 'obl:' .. conversation, waived) == 0 then return { 'not_owed' } end
settle(conversation, waived, '3')
local sequence = append(conversation, ARGV[8], ARGV[9], ticket, '')
local detail = ARGV[7] ~= '0' and grow_quiet(conversation, ticket) or ''
emit(8, { 'c', conversation, 't', ticket, 'e', ARGV[8], 's', sequence, 'g', ARGV[6], 'x', detail })
return remember(key, digest, { 'ok', tostring(sequence), ticket, '', ARGV[8] })
