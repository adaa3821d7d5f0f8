--[[ reply: appends an answer to one inbound entry and puts it into the outbox, once.
     ARGV  1 now  2 key  3 digest  4 conversation  5 entry answered  6 assignment token  7 sequence that the agent had seen
           8 from-states  9 reply's entry id  10 Entry bytes  11 OutboundMessage bytes  12 account  13 channel  14 agent
           15 id of the entry that records a channel switch, or ''  16 its bytes  17... pairs of blob id, content
     Returns {'ok', sequence} | {'key_reused'} | {'no_ticket'} | {'illegal', state} | {'stale_assignment', holder}
           | {'newer', count} | {'not_answerable'} ]]
local key, digest, conversation, answered = ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local first = repeated(key, digest)
if first then return first end

local ticket = redis.call('HGET', P .. 'con:' .. conversation, 'ticket')
if not ticket then return { 'no_ticket' } end
local refused = refused_transition(ticket, ARGV[8]) or not_holder(ticket, ARGV[6], ARGV[14])
if refused then return refused end

local place = redis.call('GET', P .. 'ent:' .. answered)
local at = place and string.match(place, ' (%d+)$')
local item = at and redis.call('XRANGE', P .. 'tl:' .. conversation, at .. '-0', at .. '-0')[1]
if not item then return { 'not_answerable' } end
local thread = field_map(item[2])['h']

local upto = tonumber(ARGV[7])
if upto == 0 then upto = tonumber(at) end
local settled, newer = {}, 0
local owed = redis.call('HGETALL', P .. 'obl:' .. conversation)
for i = 1, #owed, 2 do
  local sequence, of = string.match(owed[i + 1], '^(%d+) (.*)$')
  if of == thread then
    if tonumber(sequence) <= upto then settled[#settled + 1] = owed[i] else newer = newer + 1 end
  end
end
if newer > 0 then return { 'newer', tostring(newer) } end

if ARGV[15] ~= '' then append(conversation, ARGV[15], ARGV[16], ticket, thread) end
local entry = ARGV[9]
local sequence = append(conversation, entry, ARGV[10], ticket, thread)
for _, done in ipairs(settled) do settle(conversation, done, '2 ' .. entry) end
send(conversation, entry, ARGV[11], ARGV[12], thread, ARGV[14])
redis.call('HSET', P .. 'out:' .. entry, 'settles', table.concat(settled, ' '), 'upto', upto)
store_blobs(17)
emit(2, { 'c', conversation, 't', ticket, 'e', entry, 's', sequence, 'g', ARGV[14], 'h', ARGV[13], 'u', ARGV[12] })
return remember(key, digest, { 'ok', tostring(sequence), ticket, thread })
