--[[ call: how a call stands, folded into its entry.
     ARGV  1 now  2 entry  3 revision; an earlier one changes nothing  4 CallProgress bytes  5 name of its state  6 agent, or ''
           7 channel  8 account  9 '1' while the customer is on the line: their ticket says so, for routing
     Returns {'ok', '1' if its customer is part of another's conversation} | {'late'} (a later one is known) | {'no_entry'} ]]
local place = redis.call('GET', P .. 'ent:' .. ARGV[2])
if not place then return { 'no_entry' } end
local conversation, sequence = string.match(place, '^(%S+) (%d+)$')
local fold, field = P .. 'fold:' .. conversation, ARGV[2] .. ':c'
local before = redis.call('HGET', fold, field)
local revision = before and tonumber(string.match(before, '^%d+')) or -1
local result = { 'ok', tostring(redis.call('HEXISTS', P .. 'con:' .. conversation, 'moved')) }
if revision > tonumber(ARGV[3]) then return { 'late' } end
if revision == tonumber(ARGV[3]) then return result end
redis.call('HSET', fold, field, ARGV[3] .. ' ' .. ARGV[4])
local item = redis.call('XRANGE', P .. 'tl:' .. conversation, sequence .. '-0', sequence .. '-0')[1]
local changed = on_the_line(conversation, ARGV[2], ARGV[9] == '1')
local ticket = changed or item and field_map(item[2])['t'] or ''
local fields = { 'c', conversation, 't', ticket, 'e', ARGV[2], 'g', ARGV[6], 'x', ARGV[5], 'h', ARGV[7], 'u', ARGV[8] }
emit(50, changed and with_ticket(fields, changed) or fields)
return result
