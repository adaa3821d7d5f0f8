--[[ save_agent: writes an agent's record.
     KEYS[1] the shard's prefix
     ARGV  1 id  2 record  3 password hash, '' keeps the present one
           4 '1': only if the present record is this  5 that record; '': none
     A new password in place of another ends all sessions: it raises agent:<id> generation.
     Returns {1, generation} if it was written, else {0} ]]
local P = KEYS[1] .. ':'
local key = P .. 'agent:' .. ARGV[1]
if ARGV[4] == '1' and (redis.call('HGET', key, 'record') or '') ~= ARGV[5] then return { 0 } end
redis.call('HSET', key, 'record', ARGV[2])
if ARGV[3] ~= '' then
  if redis.call('HEXISTS', key, 'password') == 1 then redis.call('HINCRBY', key, 'generation', 1) end
  redis.call('HSET', key, 'password', ARGV[3])
end
redis.call('SADD', P .. 'agents', ARGV[1])
return { 1, tonumber(redis.call('HGET', key, 'generation') or '0') }
