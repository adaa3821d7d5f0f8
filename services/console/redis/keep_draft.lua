--[[ keep_draft: keeps what an agent is writing, unless a newer one stands.
     KEYS[1] hark:{desk:<agent>}
     ARGV  1 conversation  2 entry answered, or '' for a note  3 revision that it builds on  4 Draft bytes, '' to remove it
           5 most drafts of one conversation  6 seconds to keep them  7 now, ms
     <KEYS[1]>:drafts:<conversation>  hash  r:<entry> revision (stays when the draft is removed, so that a page which is
                                            behind cannot bring it back) · d:<entry> Draft bytes · s:<entry> when it was saved ·
                                            next last revision given
     Returns {'kept'|'conflict', revision, bytes or '', saved at} | {'full'} ]]
local key = KEYS[1] .. ':drafts:' .. ARGV[1]
local r, d, s = 'r:' .. ARGV[2], 'd:' .. ARGV[2], 's:' .. ARGV[2]
local current = redis.call('HGET', key, r) or '0'
local bytes = redis.call('HGET', key, d) or ''
local saved = redis.call('HGET', key, s) or '0'
if current ~= ARGV[3] then
  -- Said twice, or there is nothing to clash with and nothing to lose.
  if bytes == ARGV[4] then return { 'kept', current, bytes, saved } end
  return { 'conflict', current, bytes, saved }
end
if current == '0' then
  if ARGV[4] == '' then return { 'kept', '0', '', '0' } end
  if redis.call('HLEN', key) > 3 * tonumber(ARGV[5]) then return { 'full' } end
end
local revision = redis.call('HINCRBY', key, 'next', 1)
redis.call('HSET', key, r, revision)
redis.call('HSET', key, s, ARGV[7])
if ARGV[4] == '' then redis.call('HDEL', key, d) else redis.call('HSET', key, d, ARGV[4]) end
redis.call('EXPIRE', key, ARGV[6])
return { 'kept', tostring(revision), ARGV[4], ARGV[7] }
