--[[ What every script of conversation shares. Prepended to each script when the binary is built.

     KEYS[1] is the partition's prefix, "hark:{p7}"; every key below it carries the same hash tag, so a script stays in one
     partition, and on one node of a cluster. Time is ARGV[1] (milliseconds), never the server's clock.

     con:<conversation>    hash    seq, name, ticket (open or last), updated, moved (redirect after a merge)
     tkt:<ticket>          hash    con, state (q queued, a assigned, r resolved), agent, token, opened, waiting, resolved,
                                   attrs (Ticket bytes: what does not change), wanted_agent, wanted_skills, declined
     tl:<conversation>     stream  <seq>-0: e Entry bytes, i entry id, t ticket, h thread
     ent:<entry>           string  "<conversation> <seq>"
     obl:<conversation>    hash    entry -> "<seq> <thread>" of every unanswered message
     fold:<conversation>   hash    <entry>:d "<state> <at> <detail>" · <entry>:o "2" answered, "3" waived · <entry>:also accounts
     thr:<thread>          hash    con, channel, account, last_reply
     refs:<conversation>   hash    native reference -> thread
     adr:<conversation>    hash    address -> "1" verified, "0" not
     mat:<conversation>    hash    address -> why it may be this customer's as well
     seen:<channel>:<id>   string  cmsgpack of what accepting it returned; kept for the time a sender may repeat it
     idem:<key>            string  cmsgpack {digest of the request, result}; kept a day
     out:<entry>           hash    m OutboundMessage bytes, account, state, attempts, lease
     outq:<account>        zset    entry by the time it is due, or its lease ends
     held:<agent>          set     tickets assigned to the agent
     open                  zset    open tickets by the time they were opened
     all                   zset    conversations by their last change
     blob:<id>             string  small contents
     qua                   stream  input that could not be read
     ev, evpos             stream, counter: the event log, positions 1, 2, 3 ... without gaps
     fence                 string  token of the routing leader ]]
local P = KEYS[1] .. ':'
local now = ARGV[1]

local function field_map(list)
  local map = {}
  for i = 1, #list, 2 do map[list[i]] = list[i + 1] end
  return map
end

local function emit(kind, fields)
  local position = redis.call('INCR', P .. 'evpos')
  redis.call('XADD', P .. 'ev', position .. '-0', 'y', kind, 'a', now, unpack(fields))
  return position
end

-- The ticket as it is now, as event fields "t.<name>": readers of the log need not ask back.
local function with_ticket(fields, ticket)
  local all = redis.call('HGETALL', P .. 'tkt:' .. ticket)
  for i = 1, #all, 2 do
    fields[#fields + 1] = 't.' .. all[i]
    fields[#fields + 1] = all[i + 1]
  end
  return fields
end

local function append(conversation, entry, bytes, ticket, thread)
  local sequence = redis.call('HINCRBY', P .. 'con:' .. conversation, 'seq', 1)
  redis.call('XADD', P .. 'tl:' .. conversation, sequence .. '-0', 'e', bytes, 'i', entry, 't', ticket, 'h', thread)
  redis.call('SET', P .. 'ent:' .. entry, conversation .. ' ' .. sequence)
  redis.call('HSET', P .. 'con:' .. conversation, 'updated', now)
  redis.call('ZADD', P .. 'all', now, conversation)
  return sequence
end

-- Returns the first result if this key was used before, or {'key_reused'} if it was for another request.
local function repeated(key, digest)
  local known = redis.call('GET', P .. 'idem:' .. key)
  if not known then return nil end
  local first = cmsgpack.unpack(known)
  if first[1] ~= digest then return { 'key_reused' } end
  return first[2]
end

local function remember(key, digest, result)
  redis.call('SET', P .. 'idem:' .. key, cmsgpack.pack({ digest, result }), 'EX', 86400)
  return result
end

-- May `agent` act on the ticket with `token`? An unassigned ticket is acted on with token 0, by anybody.
local function not_holder(ticket, token, agent)
  local t = redis.call('HMGET', P .. 'tkt:' .. ticket, 'state', 'token', 'agent')
  local current = t[1] == 'a' and t[2] or '0'
  local another = t[1] == 'a' and agent ~= '' and agent ~= t[3]
  if current ~= token or another then return { 'stale_assignment', t[3] or '' } end
  return nil
end

-- The transition table is C++ (core/ticket.h); it arrives as the states it may start from.
local function refused_transition(ticket, from)
  local state = redis.call('HGET', P .. 'tkt:' .. ticket, 'state')
  if not state then return { 'no_ticket' } end
  if not string.find(from, state, 1, true) then return { 'illegal', state } end
  return nil
end

local function settle(conversation, entry, state)
  redis.call('HDEL', P .. 'obl:' .. conversation, entry)
  redis.call('HSET', P .. 'fold:' .. conversation, entry .. ':o', state)
end

local function store_blobs(from)
  for i = from, #ARGV, 2 do redis.call('SET', P .. 'blob:' .. ARGV[i], ARGV[i + 1]) end
end

