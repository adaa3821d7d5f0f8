--[[ commit: one batch of the leader: its journal and what came of it. The same batch twice is written once.
     KEYS[1] the shard's prefix
     ARGV  1 fencing token  2 number of the batch's first record  3 number of records  4 lots of records kept
           5.. records, then changes of three values each:
           'offer' id bytes · 'unoffer' id '' · 'declined' ticket agent · 'forget' ticket '' ·
           'presence' agent number · 'missed' agent offers (after its presence) · 'paused' agent queues (a line each; '' for none) ·
           'channels' agent mask · 'accepted' offer 'ticket agent token' ·
           'wrap_up' agent until_ms ('' when over) · 'forced_wrap_up' agent until_ms
     Returns {'ok'} | {'not_leader', who leads} ]]
local P = KEYS[1] .. ':'
local token, first, count = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local held = redis.call('GET', P .. 'leader')
if not held or string.match(held, '^(%d+) ') ~= token then return { 'not_leader', held or '' } end

local last = redis.call('GET', P .. 'committed')
if last then
  local last_token, last_number = string.match(last, '^(%d+) (%d+)$')
  if last_token == token and tonumber(last_number) >= first then return { 'ok' } end
end
redis.call('SET', P .. 'committed', token .. ' ' .. (first + count - 1))

for begin = 1, count, 100 do
  local last = math.min(begin + 99, count)
  local lot = {}
  for i = begin, last do
    lot[#lot + 1] = 'r'
    lot[#lot + 1] = ARGV[4 + i]
  end
  redis.call('XADD', P .. 'journal', 'MAXLEN', '~', ARGV[4], token .. '-' .. (first + last - 1), unpack(lot))
end
for i = 5 + count, #ARGV, 3 do
  local what, a, b = ARGV[i], ARGV[i + 1], ARGV[i + 2]
  if what == 'offer' then
    redis.call('HSET', P .. 'offers', a, b)
  elseif what == 'unoffer' then
    redis.call('HDEL', P .. 'offers', a)
  elseif what == 'declined' then
    local before = redis.call('HGET', P .. 'declined', a)
    redis.call('HSET', P .. 'declined', a, before and before .. ' ' .. b or b)
  elseif what == 'forget' then
    redis.call('HDEL', P .. 'declined', a)
  elseif what == 'presence' then
    redis.call('HSET', P .. 'agent:' .. a, 'presence', b)
    redis.call('HDEL', P .. 'agent:' .. a, 'missed')
  elseif what == 'missed' then
    redis.call('HSET', P .. 'agent:' .. a, 'missed', b)
  elseif what == 'paused' then
    redis.call('HDEL', P .. 'agent:' .. a, 'paused')
    if b ~= '' then redis.call('HSET', P .. 'agent:' .. a, 'paused', b) end
  elseif what == 'channels' then
    redis.call('HSET', P .. 'agent:' .. a, 'channels', b)
  elseif what == 'wrap_up' or what == 'forced_wrap_up' then
    redis.call('HDEL', P .. 'agent:' .. a, 'wraps_up_until', 'wrap_up_forced')
    if b ~= '' then redis.call('HSET', P .. 'agent:' .. a, 'wraps_up_until', b) end
    if what == 'forced_wrap_up' then redis.call('HSET', P .. 'agent:' .. a, 'wrap_up_forced', '1') end
  elseif what == 'accepted' then
    redis.call('SET', P .. 'accepted:' .. a, b, 'EX', 86400)
  end
end
return { 'ok' }
