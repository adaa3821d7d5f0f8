--[[ prefer: who is to serve the customer if at all possible.
     ARGV  1 now  2 key  3 digest  4 conversation  5 agents, separated by spaces, the first one first  6 status entry id
           7 its bytes  8 agent who does it  9 '1' if the key was looked up elsewhere
     Returns {'ok', sequence, ticket, '', status entry} | {'key_reused'} | {'no_conversation'} | {'moved', conversation}
           | {'look'} (the key up, where the customer was before) ]]
local key, digest, conversation = ARGV[2], ARGV[3], ARGV[4]
local first = repeated(key, digest)
if first then return first end
local elsewhere = moved(conversation) or used_elsewhere(conversation, ARGV[9])
if elsewhere then return elsewhere end
local con = P .. 'con:' .. conversation
if redis.call('EXISTS', con) == 0 then return { 'no_conversation' } end

redis.call('HSET', con, 'preferred', ARGV[5])
local ticket = redis.call('HGET', con, 'ticket') or ''
local state = redis.call('HGET', P .. 'tkt:' .. ticket, 'state')
if not state or state == 'r' then ticket = '' end
local sequence = append(conversation, ARGV[6], ARGV[7], ticket, '')
local fields = { 'c', conversation, 't', ticket, 'e', ARGV[6], 's', sequence, 'g', ARGV[8] }
if ticket ~= '' then
  redis.call('HSET', P .. 'tkt:' .. ticket, 'preferred', ARGV[5])
  with_ticket(fields, ticket)
end
emit(44, fields)
return remember(key, digest, { 'ok', tostring(sequence), ticket, '', ARGV[6] })
