--[[ reply: appends an answer to one inbound entry and puts it into the outbox, once.
     ARGV  1 now  2 key  3 digest  4 conversation  5 entry answered  6 assignment token  7 sequence that the agent had seen
           8 from-states  9 reply's entry id  10 Entry bytes  11 OutboundMessage bytes  12 account  13 channel  14 agent
           15 id of the entry that records a channel switch, or ''  16 its bytes  17 thread  18 sequence answered
           19 part of the conversation that the answered entry came through, or ''
           20 '1' if the key was looked up elsewhere  21 '1' if it cannot be sent, unless it was
           22 '1' if it calls the customer back, who may ring first  then pairs of blob id, content
     Returns {'ok', sequence, ticket, thread, entry} | {'key_reused'} | {'no_ticket'} | {'illegal', state}
           | {'stale_assignment', holder} | {'newer', count} | {'callback_waits', its entry} | {'moved', conversation} | {'moving'} | {'unsendable'} | {'look'} (the key up, where the customer was before) ]]
local key, digest, conversation = ARGV[2], ARGV[3], ARGV[4]
local first = repeated(key, digest)
if first then return first end

local elsewhere = moved(conversation) or not_part(conversation, ARGV[19])
  or used_elsewhere(conversation, ARGV[20])
if elsewhere then return elsewhere end
if ARGV[21] == '1' then return { 'unsendable' } end
local ticket = redis.call('HGET', P .. 'con:' .. conversation, 'ticket')
if not ticket then return { 'no_ticket' } end
local refused = refused_transition(ticket, ARGV[8]) or not_holder(ticket, ARGV[6], ARGV[14])
if refused then return refused end

local waits = ARGV[22] == '1' and redis.call('SRANDMEMBER', P .. 'back:' .. conversation)
if waits then return { 'callback_waits', waits } end

local thread, upto = ARGV[17], tonumber(ARGV[7])
if upto == 0 then upto = tonumber(ARGV[18]) end
local settled, newer = {}, 0
local owed = redis.call('HGETALL', P .. 'obl:' .. conversation)
for i = 1, #owed, 2 do
  local sequence, of = string.match(owed[i + 1], '^(%d+) (.*)$')
  if of == thread then
    if tonumber(sequence) <= upto then settled[#settled + 1] = owed[i] .. ' ' .. sequence else newer = newer + 1 end
  end
end
if newer > 0 then return { 'newer', tostring(newer) } end

if ARGV[15] ~= '' then append(conversation, ARGV[15], ARGV[16], ticket, thread) end
local entry = ARGV[9]
local sequence = append(conversation, entry, ARGV[10], ticket, thread)
for _, done in ipairs(settled) do settle(conversation, string.match(done, '^%S+'), '2 ' .. entry) end
send(conversation, entry, ARGV[11], ARGV[12], thread, ARGV[14])
redis.call('HSET', P .. 'out:' .. entry, 'settles', table.concat(settled, ' '), 'upto', upto, 'channel', ARGV[13])
if ARGV[22] == '1' then
  redis.call('HSET', P .. 'out:' .. entry, 'back', '1')
  redis.call('SADD', P .. 'back:' .. conversation, entry)
  redis.call('HSET', P .. 'con:' .. conversation, 'called_back', '1')
end
store_blobs(23)
local detail = ARGV[6] ~= '0' and grow_quiet(conversation, ticket) or ''
emit(2, { 'c', conversation, 't', ticket, 'e', entry, 's', sequence, 'g', ARGV[14], 'h', ARGV[13], 'u', ARGV[12], 'x', detail })
return remember(key, digest, { 'ok', tostring(sequence), ticket, thread, entry })
