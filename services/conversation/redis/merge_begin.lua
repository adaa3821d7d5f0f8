--[[ merge_begin: records a merge with its survivor, who takes no other and cannot be merged away until it is done.
     ARGV  1 now  2 key  3 digest  4 survivor  5 loser  6 agent  7 reason  8 id of the saga, if it is new
     Returns {'ok', id} | {'done'} | {'key_reused'} | {'no_conversation'} | {'moved', conversation} | {'moving'} ]]
local survivor, loser = ARGV[4], ARGV[5]
local first = repeated(ARGV[2], ARGV[3])
if first then return first end
local con = redis.call('HMGET', P .. 'con:' .. survivor, 'seq', 'moved', 'expects', 'leaving', 'parts')
if not con[1] then return { 'no_conversation' } end
if con[2] then return { 'moved', con[2] } end
if has_word(con[5], loser) and not con[4] then return { 'done' } end
if con[4] or (con[3] and con[3] ~= loser) then return { 'moving' } end
redis.call('HSET', P .. 'con:' .. survivor, 'expects', loser)
redis.call('SADD', P .. 'sagas', loser)
redis.call('HSET', P .. 'saga:' .. loser, 'kind', 'merge', 'survivor', survivor, 'agent', ARGV[6], 'reason', ARGV[7], 'key', ARGV[2],
  'digest', ARGV[3], 'at', now)
redis.call('HSETNX', P .. 'saga:' .. loser, 'id', ARGV[8])
return { 'ok', redis.call('HGET', P .. 'saga:' .. loser, 'id') }
