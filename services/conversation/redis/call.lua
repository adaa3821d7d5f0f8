--[[ call: how a call stands, folded into its entry.
     ARGV  1 now  2 entry  3 revision; an earlier one changes nothing  4 CallProgress bytes  5 name of its state  6 agent, or ''
           7 channel  8 account  9 '1' while the customer is on the line: their ticket says so, for routing
     Returns {'ok'} | {'known'} | {'no_entry'} ]]
local place = redis.call('GET', P .. 'ent:' .. ARGV[2])
if not place then return { 'no_entry' } end
local conversation, sequence = string.match(place, '^(%S+) (%d+)$')
local fold, field = P .. 'fold:' .. conversation, ARGV[2] .. ':c'
local before = redis.call('HGET', fold, field)
if before and tonumber(string.match(before, '^%d+')) >= tonumber(ARGV[3]) then return { 'known' } end
redis.call('HSET', fold, field, ARGV[3] .. ' ' .. ARGV[4])
local item = redis.call('XRANGE', P .. 'tl:' .. conversation, sequence .. '-0', sequence .. '-0')[1]
local ticket = item and field_map(item[2])['t'] or ''
local fields = { 'c', conversation, 't', ticket, 'e', ARGV[2], 'g', ARGV[6], 'x', ARGV[5], 'h', ARGV[7], 'u', ARGV[8] }
local key = P .. 'tkt:' .. ticket
local t = redis.call('HMGET', key, 'state', 'line')
-- A customer may have two lines, and calls ring and end on their own.
redis.call(ARGV[9] == '1' and 'SADD' or 'SREM', P .. 'lines:' .. ticket, ARGV[2])
local line = tostring(redis.call('EXISTS', P .. 'lines:' .. ticket))
if t[1] and (t[2] or '0') ~= line then
  redis.call('HSET', key, 'line', line)
  if t[1] ~= 'r' then with_ticket(fields, ticket) end
end
emit(50, fields)
return { 'ok' }
