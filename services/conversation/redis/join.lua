--[[ join: makes a frozen conversation part of the survivor's. Numbers all entries anew, in the order given; takes over what
     is owed, and the ticket: it stays with the survivor's holder, else goes to the loser's, else waits with the older's age.
     ARGV  1 now  2 survivor  3 loser  4 survivor's last sequence in the order given  5 number of entries in it  6 agent who
           held the loser's ticket  7 since when it waited  8 Ticket bytes, or '' if it had no open ticket  9 agent wanted
           10 ticket id, if a new one is needed  11 status entry id  12 its bytes  13 agent who merges
           14 id of the saga  15 '1' if its customer has written by chat  16 queue, 17 skills wanted, 18 virtual start of it
           19 when it was opened  20 number of the loser's calls that go on, then those
           then the entries "<conversation> <seq>"; then triples of entry owed, its place "<conversation> <seq>", thread
     Returns {'ok'} | {'done'} | {'cancelled'} ]]
local survivor, loser = ARGV[2], ARGV[3]
local con_key, view, owed_key = P .. 'con:' .. survivor, P .. 'view:' .. survivor, P .. 'obl:' .. survivor
local con = redis.call('HMGET', con_key, 'seq', 'parts', 'expects', 'ticket')
if has_word(con[2], loser) then return { 'ok' } end
if con[3] ~= loser or redis.call('HGET', P .. 'saga:' .. loser, 'id') ~= ARGV[14] then return { 'cancelled' } end

-- The order; what came to the survivor since it was made follows.
local old = redis.call('LRANGE', view, 0, -1)
local covered, count = tonumber(ARGV[4]), tonumber(ARGV[5])
local places, index = {}, {}
local calls = tonumber(ARGV[20])
for i = 1, count do places[i] = ARGV[20 + calls + i] end
for sequence = covered + 1, tonumber(con[1]) do places[#places + 1] = survivor .. ' ' .. sequence end
redis.call('DEL', view)
for i, place in ipairs(places) do
  if place ~= '' then index[place] = i end
  redis.call('RPUSH', view, place)
end
redis.call('HSET', con_key, 'seq', #places, 'view', #places, 'by:' .. loser, ARGV[14], 'parts',
  con[2] and con[2] ~= '' and con[2] .. ' ' .. loser or loser)

-- What is owed, under its new sequence.
local owed = redis.call('HGETALL', owed_key)
for i = 1, #owed, 2 do
  local sequence, thread = string.match(owed[i + 1], '^(%d+) (.*)$')
  local place = old[tonumber(sequence)] or survivor .. ' ' .. sequence
  redis.call('HSET', owed_key, owed[i], index[place] .. ' ' .. thread)
end
for i = 21 + calls + count, #ARGV, 3 do redis.call('HSET', owed_key, ARGV[i], index[ARGV[i + 1]] .. ' ' .. ARGV[i + 2]) end

-- The ticket.
local ticket = con[4] or ''
local state = redis.call('HGET', P .. 'tkt:' .. ticket, 'state')
if not state or state == 'r' then ticket = '' end
if ARGV[8] ~= '' then
  if ticket == '' then
    ticket, state = ARGV[10], 'q'
    open_ticket(survivor, ticket, ARGV[8], ARGV[9])
    redis.call('HSET', P .. 'tkt:' .. ticket, 'wanted_queue', ARGV[16], 'wanted_skills', ARGV[17], 'virtual', ARGV[18])
  end
  local key = P .. 'tkt:' .. ticket
  if ARGV[15] == '1' then redis.call('HSET', key, 'chat', '1') end
  redis.call('HDEL', key, 'hold', 'hold_until', 'hold_due', 'quiet')  -- there is more to do than was known
  if tonumber(ARGV[7]) < tonumber(redis.call('HGET', key, 'waiting')) then redis.call('HSET', key, 'waiting', ARGV[7]) end
  if tonumber(ARGV[19]) < tonumber(redis.call('HGET', key, 'opened')) then opened_at(ticket, ARGV[19]) end
  if state == 'q' and ARGV[6] ~= '' then
    redis.call('HINCRBY', key, 'token', 1)
    redis.call('HSET', key, 'state', 'a', 'agent', ARGV[6])
    redis.call('HDEL', key, 'wanted_agent')
    redis.call('SADD', P .. 'held:' .. ARGV[6], ticket)
  end
end

for i = 21, 20 + calls do on_the_line(survivor, ARGV[i], true) end

redis.call('HDEL', con_key, 'expects')
redis.call('SREM', P .. 'sagas', loser)
local saga = redis.call('HMGET', P .. 'saga:' .. loser, 'key', 'digest')
redis.call('DEL', P .. 'saga:' .. loser)
local sequence = append(survivor, ARGV[11], ARGV[12], ticket, '')
local fields = { 'c', survivor, 'e', ARGV[11], 's', sequence, 'g', ARGV[13], 'x', loser }
if ticket ~= '' then
  fields[#fields + 1] = 't'
  fields[#fields + 1] = ticket
  with_ticket(fields, ticket)
end
emit(24, fields)
return remember(saga[1], saga[2], { 'done' })
