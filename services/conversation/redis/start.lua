--[[ start: appends a message that an agent writes first, in a thread of its own, or in the one that its reference names already,
     and puts it into the outbox, once. It opens no ticket, for nothing is owed; the customer's answer in this thread is meant for the agent.
     ARGV  1 now  2 key  3 digest  4 conversation  5 entry id  6 Entry bytes  7 OutboundMessage bytes  8 account  9 channel
           10 agent  11 thread id  12 customer's address  13 customer's name or ''  14 Ticket bytes, should it come back while
           no ticket is there  15 most events  16 part of the conversation that led here, or ''
           17 '1' if the key was looked up elsewhere  18 reference that the customer's messages will name the thread by, or ''
           then pairs of blob id, content
     Returns {'ok', sequence, ticket or '', thread, entry} | {'key_reused'} | {'held', agent} | {'full'}
           | {'moved', conversation} | {'moving'} | {'look'} (the key up, where the customer was before) ]]
local key, digest, conversation, entry, agent, thread = ARGV[2], ARGV[3], ARGV[4], ARGV[5], ARGV[10], ARGV[11]
local first = repeated(key, digest)
if first then return first end
local elsewhere = moved(conversation) or not_part(conversation, ARGV[16])
  or used_elsewhere(conversation, ARGV[17])
if elsewhere then return elsewhere end
if redis.call('XLEN', P .. 'ev') >= tonumber(ARGV[15]) then return { 'full' } end

local ticket = redis.call('HGET', P .. 'con:' .. conversation, 'ticket') or ''
local t = redis.call('HMGET', P .. 'tkt:' .. ticket, 'state', 'agent')
if t[1] == 'a' and t[2] ~= agent then return { 'held', t[2] } end
if t[1] == 'r' then ticket = '' end

local refs = P .. 'refs:' .. conversation
if ARGV[18] ~= '' and redis.call('HSETNX', refs, ARGV[18], thread) == 0 then thread = redis.call('HGET', refs, ARGV[18]) end
redis.call('HSET', P .. 'thr:' .. thread, 'con', conversation, 'channel', ARGV[9], 'account', ARGV[8], 'agent', agent)
local sequence = append(conversation, entry, ARGV[6], ticket, thread)
redis.call('HSETNX', P .. 'adr:' .. conversation, ARGV[12], '0')
if ARGV[13] ~= '' then redis.call('HSETNX', P .. 'con:' .. conversation, 'name', ARGV[13]) end
send(conversation, entry, ARGV[7], ARGV[8], thread, agent)
redis.call('HSET', P .. 'out:' .. entry, 'attrs', ARGV[14])
store_blobs(19)
emit(22, { 'c', conversation, 't', ticket, 'e', entry, 's', sequence, 'g', agent, 'h', ARGV[9], 'u', ARGV[8] })
return remember(key, digest, { 'ok', tostring(sequence), ticket, thread, entry })
