--[[ quarantine: keeps input that could not be read, once.
     ARGV  1 now  2 id  3 channel  4 account  5 native id  6 reason  7 raw blob id  8 size  9 inlined '1'|'0'
           10 seconds to remember  then pairs of blob id, content
     Returns {'ok', id} | {'known', id} ]]
local seen_key = P .. 'seen:q:' .. ARGV[3] .. ':' .. ARGV[5]
local known = redis.call('GET', seen_key)
if known then return { 'known', known } end
redis.call('SET', seen_key, ARGV[2], 'EX', ARGV[10])
redis.call('XADD', P .. 'qua', '*', 'id', ARGV[2], 'at', now, 'h', ARGV[3], 'u', ARGV[4], 'reason', ARGV[6], 'raw', ARGV[7],
  'size', ARGV[8], 'inlined', ARGV[9])
store_blobs(11)
emit(11, { 'h', ARGV[3], 'u', ARGV[4], 'x', ARGV[2] })
return { 'ok', ARGV[2] }
