--[[ accept: appends one inbound message to its customer's conversation, once.
     ARGV  1 now  2 conversation  3 entry id  4 ticket id  5 thread id (these three are used if new ones are needed)
           6 channel  7 account  8 native id  9 'message' | 'auto_reply'  10 Entry bytes  11 Ticket bytes
           12 sender address  13 verified '1'|'0'  14 sender name  15 thread proved by a token, or ''
           16 own reference  17 seconds to remember  18 most events  19 part of the conversation that led here, or ''
           20 '1' if the parts' references were looked up  21 until when the network lets the sender be answered, or '0'
           22 '1' if the conversation is a new one, for an address of this partition that may be nobody's
           23 what is added to the Entry's bytes where a reference leads to the thread
           24 for how long after it was resolved the customer's last ticket, if it was opened through the same account, opens
           again for a message in a known thread; 0: never
           25 status entry id for that  26 its bytes
           27 number of references, then those, nearest first
           then pairs of blob id, content
     Returns {'accepted', entry, sequence, ticket, opened '1'|'0', conversation, thread, hash of a ticket that was opened
               without its attributes, reopened '1'|'0'}
           | {'duplicate', entry, sequence, ticket, '0', conversation} | {'moved', conversation} | {'moving'} (a merge is under way)
           | {'owned', conversation} (the address is its) | {'look'} (up the references in the conversations that are part of
               this one) | {'full'} ]]
local conversation, entry, ticket, thread = ARGV[2], ARGV[3], ARGV[4], ARGV[5]
local channel, account, native, kind = ARGV[6], ARGV[7], ARGV[8], ARGV[9]
local kChat = '2'  -- Channel
local seen_key = P .. 'seen:' .. channel .. ':' .. native

local seen = redis.call('GET', seen_key)
if seen then
  local first = cmsgpack.unpack(seen)
  -- The same message at a further account of ours: one entry that lists both deliveries.
  if first[6] ~= account then
    local fold, field = P .. 'fold:' .. first[5], first[1] .. ':also'
    local also = redis.call('HGET', fold, field) or ''
    if not string.find(' ' .. also .. ' ', ' ' .. account .. ' ', 1, true) then
      redis.call('HSET', fold, field, also == '' and account or also .. ' ' .. account)
      emit(10, { 'c', first[5], 'e', first[1], 's', first[2], 'x', account })
    end
  end
  return { 'duplicate', first[1], first[2], first[3], '0', first[5] }
end

if redis.call('XLEN', P .. 'ev') >= tonumber(ARGV[18]) then return { 'full' } end
local con = {}
if ARGV[22] == '1' then
  local owner = redis.call('SET', P .. 'addr:' .. ARGV[12], conversation, 'NX', 'GET')
  if owner then return { 'owned', owner } end
else
  con = redis.call('HMGET', P .. 'con:' .. conversation, 'ticket', 'parts', 'moved', 'seq', 'preferred')
  if con[3] then return { 'moved', con[3] } end
  local refused = not_part(conversation, ARGV[19])
  if refused then return refused end
end

-- The thread: proved by token, else named by a message of this very conversation, else a new one.
local references = tonumber(ARGV[27])
local found, own, entry_bytes = ARGV[15], ARGV[16], ARGV[10]
local refs_key = P .. 'refs:' .. conversation
if found == '' and references > 0 and ARGV[22] ~= '1' then
  local hits = redis.call('HMGET', refs_key, unpack(ARGV, 28, 27 + references))
  for i = 1, references do
    if hits[i] then
      if found == '' then found = hits[i] end
      if ARGV[27 + i] == own then own = '' end  -- it has been told
    end
  end
  if found == '' and con[2] and con[2] ~= '' and ARGV[20] ~= '1' then return { 'look' } end
  if found ~= '' then entry_bytes = entry_bytes .. ARGV[23] end
end
if found ~= '' then
  thread = found
else
  redis.call('HSET', P .. 'thr:' .. thread, 'con', conversation, 'channel', channel, 'account', account)
end
if own ~= '' then redis.call('HSETNX', refs_key, own, thread) end

-- The ticket: the open one, or for a message that wants an answer one that was resolved a little while ago, or a new one.
-- An answer to what an agent started is meant for that agent.
local opened, hash = '0', nil
local changes = ARGV[14] ~= '' and { 'name', ARGV[14] } or {}
local current = con[1]
local t = current and redis.call('HMGET', P .. 'tkt:' .. current, 'state', 'hold', 'quiet', 'chat', 'resolved',
  'origin', 'line', 'carried')
local stirred, joined, reopened = false, false, false
local chat = channel == kChat and '1' or nil
local function meant_for() return found ~= '' and redis.call('HGET', P .. 'thr:' .. thread, 'agent') or '' end
local origin = channel .. ' ' .. account
local within = tonumber(ARGV[24])
if current and t[1] ~= 'r' then
  ticket = current
  stirred = kind == 'message' and (t[2] or t[3])
  joined = kind == 'message' and chat and not t[4]
elseif current and within > 0 and kind == 'message' and found ~= '' and t[6] == origin and t[7] ~= '1' and not t[8]
    and tonumber(now) - tonumber(t[5] or '0') < within then
  ticket = current
  reopened = true
  requeue(ticket, meant_for())
  if chat then redis.call('HSET', P .. 'tkt:' .. ticket, 'chat', '1') end
elseif kind == 'message' then
  opened = '1'
  hash = new_ticket(conversation, ticket, ARGV[11], meant_for(), current, con[5] or '', chat, origin)
  changes[#changes + 1] = 'ticket'
  changes[#changes + 1] = ticket
else
  ticket = ''
end

-- A message that comes late does not shorten what a later one opened.
if ARGV[21] ~= '0' then
  local windows, place = P .. 'win:' .. conversation, account .. ' ' .. ARGV[12]
  if tonumber(ARGV[21]) > tonumber(redis.call('HGET', windows, place) or '0') then redis.call('HSET', windows, place, ARGV[21]) end
  changes[#changes + 1] = 'windows'
  changes[#changes + 1] = '1'
end

local last = con[4] or '0'
if reopened then
  last = append(conversation, ARGV[25], ARGV[26], ticket, '', nil, last)
  emit(7, with_ticket({ 'c', conversation, 't', ticket, 'e', ARGV[25], 's', last, 'x', 'the customer wrote' }, ticket))
end
local sequence = append(conversation, entry, entry_bytes, ticket, thread, changes, last)
if ARGV[13] == '1' then
  redis.call('HSET', P .. 'adr:' .. conversation, ARGV[12], '1')
else
  redis.call('HSETNX', P .. 'adr:' .. conversation, ARGV[12], '0')
end
if kind == 'message' then redis.call('HSET', P .. 'obl:' .. conversation, entry, sequence .. ' ' .. thread) end
redis.call('SET', seen_key, cmsgpack.pack({ entry, tostring(sequence), ticket, opened, conversation, account }), 'EX', ARGV[17])
store_blobs(28 + references)

local fields = { 'c', conversation, 't', ticket, 'e', entry, 's', sequence, 'h', channel, 'u', account }
if opened == '1' then with_ticket(fields, ticket, hash) end
if kind ~= 'message' then
  fields[#fields + 1] = 'x'
  fields[#fields + 1] = kind
end
emit_place(1, fields)
if stirred then stir(conversation, ticket, 'the customer wrote') end
if joined then
  redis.call('HSET', P .. 'tkt:' .. ticket, 'chat', '1')
  emit(52, with_ticket({ 'c', conversation, 't', ticket, 'e', entry }, ticket))
end
return { 'accepted', entry, tostring(sequence), ticket, opened, conversation, thread, hash and without_attributes(hash) or {},
  reopened and '1' or '0' }
