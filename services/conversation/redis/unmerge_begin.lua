--[[ unmerge_begin: records that a merge is being taken back; until it is done nothing more comes in for what is merged here.
     ARGV  1 now  2 key  3 digest  4 survivor  5 loser  6 agent  7 reason  8 id of the saga, if it is new
     Returns {'ok', id, id of the merge} | {'done'} | {'key_reused'} | {'moved', conversation} | {'moving'} | {'not_merged'} ]]
local survivor, loser = ARGV[4], ARGV[5]
local first = repeated(ARGV[2], ARGV[3])
if first then return first end
local con = redis.call('HMGET', P .. 'con:' .. survivor, 'moved', 'expects', 'leaving', 'parts')
if con[1] then return { 'moved', con[1] } end
if con[3] == loser then return { 'ok', unpack(redis.call('HMGET', P .. 'saga:' .. loser, 'id', 'merge')) } end
if con[2] or con[3] then return { 'moving' } end
if not has_word(con[4], loser) then return { 'not_merged' } end
local merge = redis.call('HGET', P .. 'con:' .. survivor, 'by:' .. loser)
redis.call('HSET', P .. 'con:' .. survivor, 'leaving', loser)
redis.call('SADD', P .. 'sagas', loser)
redis.call('HSET', P .. 'saga:' .. loser, 'kind', 'unmerge', 'survivor', survivor, 'agent', ARGV[6], 'reason', ARGV[7], 'key', ARGV[2],
  'digest', ARGV[3], 'id', ARGV[8], 'merge', merge, 'at', now)
return { 'ok', ARGV[8], merge }
