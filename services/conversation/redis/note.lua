--[[ note: appends words among colleagues, once.
     ARGV  1 now  2 key  3 digest  4 conversation  5 entry id  6 Entry bytes  7 agent
           8 agents whom it is for, space-separated  9 '1' if the key was looked up elsewhere
     Returns {'ok', sequence, ticket, '', entry} | {'key_reused'} | {'no_conversation'} | {'moved', conversation} | {'look'} (the
               key up, where the customer was before) ]]
local key, digest, conversation, entry = ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local first = repeated(key, digest)
if first then return first end
local elsewhere = moved(conversation) or used_elsewhere(conversation, ARGV[9])
if elsewhere then return elsewhere end
local con = redis.call('HMGET', P .. 'con:' .. conversation, 'seq', 'ticket')
if not con[1] then return { 'no_conversation' } end
local ticket = con[2] or ''
local sequence = append(conversation, entry, ARGV[6], ticket, '')
local fields = { 'c', conversation, 't', ticket, 'e', entry, 's', sequence, 'g', ARGV[7] }
if ARGV[8] ~= '' then
  fields[#fields + 1] = 'x'
  fields[#fields + 1] = ARGV[8]
end
emit(3, fields)
return remember(key, digest, { 'ok', tostring(sequence), ticket, '', entry })
