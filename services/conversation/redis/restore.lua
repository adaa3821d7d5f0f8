--[[ restore: a customer who was merged lives again, with what was made for them meanwhile, and a ticket if they are owed.
     ARGV  1 now  2 loser  3 survivor  4 ticket id, if one is needed  5 Ticket bytes  6 since when they wait  7 status entry id
           8 its bytes  9 agent  10 seconds to remember native ids  11 number of entries  12 number owed  13 key  14 id of the merge
           then entries: id, bytes, thread, account, channel:native id or '', own reference or '', address or ''
           then owed: entry, sequence, thread; then obligations: entry, state
     Returns {'ok', sequence of the first entry} ]]
local loser = ARGV[2]
local con_key = P .. 'con:' .. loser
local con = redis.call('HMGET', con_key, 'moved', 'restored', 'seq', 'merge')
if con[1] ~= ARGV[3] or con[4] ~= ARGV[14] then return { 'ok', con[2] or '0' } end
local first, at = tonumber(con[3]) + 1, 15

for _ = 1, tonumber(ARGV[11]) do
  local entry, thread, account, native, reference, address =
    ARGV[at], ARGV[at + 2], ARGV[at + 3], ARGV[at + 4], ARGV[at + 5], ARGV[at + 6]
  local sequence = redis.call('HINCRBY', con_key, 'seq', 1)
  redis.call('XADD', P .. 'tl:' .. loser, sequence .. '-0', 'e', ARGV[at + 1], 'i', entry, 't', '', 'h', thread, 'b', ARGV[3])
  if native ~= '' then
    redis.call('SET', P .. 'seen:' .. native, cmsgpack.pack({ entry, tostring(sequence), '', '0', loser, account }), 'EX', ARGV[10])
  end
  if reference ~= '' then redis.call('HSETNX', P .. 'refs:' .. loser, reference, thread) end
  if address ~= '' then redis.call('HSETNX', P .. 'adr:' .. loser, address, '0') end
  at = at + 7
end
local owed = tonumber(ARGV[12])
redis.call('DEL', P .. 'obl:' .. loser)  -- as it was when it was frozen; the survivor has kept it since
for _ = 1, owed do
  redis.call('HSET', P .. 'obl:' .. loser, ARGV[at], ARGV[at + 1] .. ' ' .. ARGV[at + 2])
  at = at + 3
end
for i = at, #ARGV, 2 do redis.call('HSET', P .. 'fold:' .. loser, ARGV[i] .. ':o', ARGV[i + 1]) end

local ticket = ''
if owed > 0 then
  ticket = ARGV[4]
  open_ticket(loser, ticket, ARGV[5], '')
  redis.call('HSET', P .. 'tkt:' .. ticket, 'waiting', ARGV[6], 'line', redis.call('EXISTS', P .. 'lines:' .. loser))
  opened_at(ticket, ARGV[6])
end
redis.call('HDEL', con_key, 'moved', 'carried')
redis.call('HSET', con_key, 'restored', first, 'unmerged_by', ARGV[13], 'unmerged_from', ARGV[3])
local sequence = append(loser, ARGV[7], ARGV[8], ticket, '')
local fields = { 'c', loser, 'e', ARGV[7], 's', sequence, 'g', ARGV[9], 'x', ARGV[3] }
if ticket ~= '' then
  fields[#fields + 1] = 't'
  fields[#fields + 1] = ticket
  with_ticket(fields, ticket)
end
emit(26, fields)
return { 'ok', tostring(first) }
