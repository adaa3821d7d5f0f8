--[[ receipt: what became of an attempt, or of a message later. Delivery only moves forward by rank.

     A reply that fared well and now turns out not to have arrived (failed, bounced, unknown), or is a call back that an agent
     withdraws, is unanswered work: what it
     had settled is owed again, and a ticket is open for it, wished for who wrote the reply. A started message that comes
     back is work all the same, though it settled nothing. Unless a later reply of its
     thread, which had seen as much and fares well, stands in for it. Should it turn out to have gone out after all (a late
     "sent" after failed or unknown), it settles what is still owed; the ticket stays open, for a person to resolve.

     ARGV  1 now  2 entry  3 lease id, or '' for news that belong to no attempt (a bounce)  4 new state (number of
           DeliveryState; 1 without a lease: the detail alone is news)  5 detail  6 time to try again (state 1)
           7 channel + native id of the report, or ''  8 seconds to remember it
           9 status entry id, 10 its bytes, 11 ticket id, if the message did not arrive  12 '1' if what it had settled is
           seen to already  13 channel whose customers fetch their replies, and may stay away, or ''
           14 key, 15 digest, 16 agent, 17 assignment token, if an agent withdraws a call back that waits (state 8); else ''
           then pairs of blob id, content
     Returns {'ok'} | {'known'} (nothing to change) | {'no_entry'} | {'moving'} (a merge is under way)
           | {'withdrawn'} (state 1: it is not to go out any more)
           | {'key_reused'} | {'waits_no_more'} | {'stale_assignment', holder} (of an agent's withdrawal)
           | {'elsewhere', conversation that owes now, thread, agent, settled ...} (nothing changed: see to that first) ]]
local entry, lease, state, detail = ARGV[2], ARGV[3], tonumber(ARGV[4]), ARGV[5]
local key = P .. 'out:' .. entry
local o = field_map(redis.call('HGETALL', key))
if not o['con'] then return { 'no_entry' } end

-- sent 2, delivered 3, read 4 by rank; failed 5, bounced 6, unknown 7, withdrawn 8 end the attempt. A bounce beats everything
-- but a bounce; a late "sent" from an expired lease beats unknown, failed and withdrawn.
local rank = { [1] = 0, [7] = 1, [5] = 1, [8] = 1, [2] = 2, [3] = 3, [4] = 4, [6] = 5 }
local fares_well = { [1] = true, [2] = true, [3] = true, [4] = true, [8] = true }
local before = tonumber(o['state'])
if state == 1 and before == 8 then return { 'withdrawn' } end

local called_off = ARGV[14] ~= ''
if called_off then
  local first = repeated(ARGV[14], ARGV[15])
  if first then return first end
  if before ~= 1 or not o['back'] then return { 'waits_no_more' } end
  local ticket = redis.call('HGET', P .. 'con:' .. o['con'], 'ticket')
  local refused = ticket and not moved(o['con']) and not_holder(ticket, ARGV[17], ARGV[16])
  if refused then return refused end
end
local function done() return called_off and remember(ARGV[14], ARGV[15], { 'ok' }) or { 'ok' } end
local lost = fares_well[before] and (called_off or not fares_well[state])

-- A message of a customer who was merged since, or given back, is owed elsewhere, in another partition.
if rank[state] > rank[before] and lost and ARGV[12] ~= '1' then
  local con = redis.call('HMGET', P .. 'con:' .. o['con'], 'moved', 'leaving')
  if con[2] then return { 'moving' } end
  if con[1] or o['home'] then
    local out = { 'elsewhere', o['home'] or con[1], o['thread'], o['agent'] }
    for settled in string.gmatch(o['settles'] or '', '(%S+) %d+') do out[#out + 1] = settled end
    return out
  end
end

if ARGV[7] ~= '' then
  if redis.call('EXISTS', P .. 'seen:' .. ARGV[7]) == 1 then return { 'known' } end
  redis.call('SET', P .. 'seen:' .. ARGV[7], cmsgpack.pack({ entry, '0', '', '0', o['con'], '' }), 'EX', ARGV[8])
end
store_blobs(18)
local conversation, account = o['con'], o['account']
local fold, owed = P .. 'fold:' .. conversation, P .. 'obl:' .. conversation

local function tell_delivery(as, again)
  redis.call('HSET', fold, entry .. ':d', as .. ' ' .. now .. (again and '/' .. again or '') .. ' ' .. detail)
  emit(9, { 'c', conversation, 'e', entry, 'd', as, 'x', detail, 'u', account })
end

if state == 1 then
  -- Try again later; only the current lease may say so.
  if lease ~= '' and lease ~= o['lease'] then return { 'known' } end
  if lease ~= '' and before == 1 then redis.call('ZADD', P .. 'outq:' .. account, ARGV[6], entry) end
  if detail == '' or before > (lease == '' and 2 or 1) then return { 'known' } end
  tell_delivery(before, lease ~= '' and ARGV[6] or nil)
  return { 'ok' }
end

redis.call('ZREM', P .. 'outq:' .. account, entry)
if rank[state] <= rank[before] then return { 'known' } end
redis.call('HSET', key, 'state', state)
if o['back'] then redis.call('SREM', P .. 'back:' .. o['con'], entry) end
if state == 2 and ARGV[13] ~= '' and o['channel'] == ARGV[13] then
  redis.call('ZADD', P .. 'unfetched', now, entry)
elseif before == 2 then
  redis.call('ZREM', P .. 'unfetched', entry)
end
tell_delivery(state)

local function later_reply_that_stands_in()
  local later = o['next']
  while later do
    local l = redis.call('HMGET', P .. 'out:' .. later, 'state', 'upto', 'next', 'settles')
    if fares_well[tonumber(l[1])] and tonumber(l[2] or '0') >= tonumber(o['upto'] or '0') then return later, l[4] or '' end
    later = l[3]
  end
end

if ARGV[12] == '1' then return done() end
if lost then
  local instead, settles = later_reply_that_stands_in()
  for settled, sequence in string.gmatch(o['settles'] or '', '(%S+) (%d+)') do
    if redis.call('HGET', fold, settled .. ':o') == '2 ' .. entry then
      if instead then
        redis.call('HSET', fold, settled .. ':o', '2 ' .. instead)
        settles = settles .. ' ' .. settled .. ' ' .. sequence
      else
        redis.call('HSET', fold, settled .. ':o', '1')
        redis.call('HSET', owed, settled, sequence .. ' ' .. o['thread'])
      end
    end
  end
  if instead then
    redis.call('HSET', P .. 'out:' .. instead, 'settles', settles)
  else
    put_before_somebody(conversation, ARGV[9], ARGV[10], ARGV[11], o['attrs'], o['agent'], detail)
  end
elseif fares_well[state] and (before == 8 or not fares_well[before]) and not o['home'] and not moved(conversation) then
  for settled in string.gmatch(o['settles'] or '', '(%S+) %d+') do
    if redis.call('HEXISTS', owed, settled) == 1 then settle(conversation, settled, '2 ' .. entry) end
  end
end
return done()
