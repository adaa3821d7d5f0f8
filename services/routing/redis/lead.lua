--[[ lead: takes or renews the lease of the shard's leader. Each new term has a token higher than all before.
     KEYS[1] the shard's prefix
     ARGV  1 instance  2 lease in ms  3 '1': begins a term, so our own lease of before is replaced
           4 shards that the instance leads besides  5 for how many ms it is remembered that it would lead this one
     Returns {1, token, instance that would lead it or '', shards that that one leads} | {0, who leads, ms until that lease ends} ]]
local P = KEYS[1] .. ':'
local held = redis.call('GET', P .. 'leader')
local wanted = redis.call('GET', P .. 'wanted')
local load, waiting = string.match(wanted or '', '^(%d+) (.*)$')
if not held or (ARGV[3] == '1' and string.match(held, '^%d+ (.*)$') == ARGV[1]) then
  -- Who leads fewer and has asked for it goes first.
  if not held and waiting and waiting ~= ARGV[1] then return { 0, '', redis.call('PTTL', P .. 'wanted') } end
  local first = tonumber(string.match(KEYS[1], '{r(%d+)}')) * 4294967296
  if first > 0 and redis.call('EXISTS', P .. 'leader_token') == 0 then
    redis.call('SET', P .. 'leader_token', string.format('%.0f', first))
  end
  local token = redis.call('INCR', P .. 'leader_token')
  redis.call('SET', P .. 'leader', string.format('%.0f ', token) .. ARGV[1], 'PX', ARGV[2])
  redis.call('DEL', P .. 'wanted')
  return { 1, token, '', 0 }
end
local token, instance = string.match(held, '^(%d+) (.*)$')
if instance == ARGV[1] then
  redis.call('PEXPIRE', P .. 'leader', ARGV[2])
  return { 1, tonumber(token), waiting or '', tonumber(load or '0') }
end
if not load or waiting == ARGV[1] or tonumber(ARGV[4]) < tonumber(load) then
  redis.call('SET', P .. 'wanted', ARGV[4] .. ' ' .. ARGV[1], 'PX', ARGV[5])
end
return { 0, instance, redis.call('PTTL', P .. 'leader') }
