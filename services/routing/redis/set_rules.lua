--[[ set_rules: a new version of the rules comes into force.
     KEYS[1] the shard's prefix
     ARGV  1 fencing token  2 idempotency key ('' none)  3 digest of the request  4 number expected in force ('0' any)
           5 record  6 versions kept
     Returns {'ok', number} | {'repeated', number} | {'reused'} | {'changed', number in force} | {'not_leader', who leads} ]]
local P = KEYS[1] .. ':'
local held = redis.call('GET', P .. 'leader')
if not held or string.match(held, '^(%d+) ') ~= ARGV[1] then return { 'not_leader', held or '' } end

local key = P .. 'rules_key:' .. ARGV[2]
if ARGV[2] ~= '' then
  local before = redis.call('GET', key)
  if before then
    local number, digest = string.match(before, '^(%d+) (.*)$')
    if digest ~= ARGV[3] then return { 'reused' } end
    return { 'repeated', tonumber(number) }
  end
end
local in_force = tonumber(redis.call('GET', P .. 'rules') or '0')
if ARGV[4] ~= '0' and tonumber(ARGV[4]) ~= in_force then return { 'changed', in_force } end

local number = in_force + 1
redis.call('SET', P .. 'rules:' .. number, ARGV[5])
redis.call('SET', P .. 'rules', number)
redis.call('DEL', P .. 'rules:' .. (number - tonumber(ARGV[6])))
if ARGV[2] ~= '' then redis.call('SET', key, number .. ' ' .. ARGV[3], 'EX', 86400) end
return { 'ok', number }
