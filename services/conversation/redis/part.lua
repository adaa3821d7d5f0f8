--[[ part: takes what belongs to the loser out of the survivor's conversation, and keeps it to be given back. The sequences
     of what stays do not change. Where one reply settled messages of both, it went to one of them alone: the other's are
     owed again.
     ARGV  1 now  2 survivor  3 loser  4 status entry id  5 its bytes  6 agent  7 number of entries that go  8 ticket id, if
           a new one is needed  9 id of the saga  then pairs of entry that goes, its sequence; then triples of message that wants an answer, its
           sequence, thread
     Returns {'ok'} ]]
local survivor, loser, count = ARGV[2], ARGV[3], tonumber(ARGV[7])
local con_key, view = P .. 'con:' .. survivor, P .. 'view:' .. survivor
local fold, owed_key, parted = P .. 'fold:' .. survivor, P .. 'obl:' .. survivor, P .. 'parted:' .. loser
local con = redis.call('HMGET', con_key, 'seq', 'view', 'parts', 'ticket', 'leaving')
if con[5] ~= loser or redis.call('HGET', P .. 'saga:' .. loser, 'id') ~= ARGV[9] or not has_word(con[3], loser) then return { 'ok' } end

for sequence = tonumber(con[2]) + 1, tonumber(con[1]) do redis.call('RPUSH', view, survivor .. ' ' .. sequence) end
redis.call('HSET', con_key, 'view', con[1])
local goes = {}
for i = 10, 9 + 2 * count, 2 do
  local entry, sequence = ARGV[i], ARGV[i + 1] - 1
  local own = string.match(redis.call('LINDEX', view, sequence), '^' .. survivor .. ' (%d+)$')
  if own then redis.call('RPUSH', parted, own) end
  redis.call('LSET', view, sequence, '')
  goes[entry] = true
end
for _, call in ipairs(redis.call('SMEMBERS', P .. 'lines:' .. survivor)) do
  if goes[call] then on_the_line(survivor, call, false) end
end
local owed_here = false
for i = 10 + 2 * count, #ARGV, 3 do
  local entry, sequence, thread = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  local state = redis.call('HGET', fold, entry .. ':o')
  local answer = string.match(state or '', '^2 (.*)$')
  local owed = redis.call('HEXISTS', owed_key, entry) == 1
  if answer and (goes[answer] or false) ~= (goes[entry] or false) then state, owed = '1', true end
  if goes[entry] then
    redis.call('HDEL', owed_key, entry)
    redis.call('HDEL', fold, entry .. ':o')
    if owed then redis.call('RPUSH', parted .. ':owed', entry, thread) end
    if state then redis.call('HSET', parted .. ':fold', entry, state) end
  elseif owed then
    owed_here = true
    if state then redis.call('HSET', fold, entry .. ':o', state) end
    redis.call('HSET', owed_key, entry, sequence .. ' ' .. thread)
  end
end

local parts = {}
for part in string.gmatch(con[3], '%S+') do
  if part ~= loser then parts[#parts + 1] = part end
end
redis.call('HSET', con_key, 'parts', table.concat(parts, ' '))
local ticket = con[4]
local state = ticket and redis.call('HGET', P .. 'tkt:' .. ticket, 'state') or 'r'
local opens = state == 'r' and owed_here
if opens and ticket then
  requeue(ticket, '')
elseif opens then
  ticket = ARGV[8]
  open_ticket(survivor, ticket, '', '')
elseif state == 'r' then
  ticket = ''
end
local sequence = append(survivor, ARGV[4], ARGV[5], ticket, '')
local fields = { 'c', survivor, 't', ticket, 'e', ARGV[4], 's', sequence, 'g', ARGV[6], 'x', loser }
emit(25, ticket ~= '' and with_ticket(fields, ticket) or fields)
return { 'ok' }
