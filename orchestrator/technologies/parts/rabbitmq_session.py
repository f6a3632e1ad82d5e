"""A session in RabbitMQ: a small Erlang node beside the broker, which lets it evaluate texts.

`rabbitmqctl` does the same, but starts anew each time, which takes 400 ms. What is called here is
called by it too, and has stayed the same from RabbitMQ 3.10 to 4.3, whose sources were compared
(https://github.com/rabbitmq/rabbitmq-server, deps/rabbit/src).
"""

from __future__ import annotations

DONE = b"greenroom: done"

# The node's name, the cookie and the home are what the broker's own tools go by
# (https://www.rabbitmq.com/docs/cli#node-names).
SCRIPT = """
export HOME="${RABBITMQ_HOME_OF_COOKIE:-/var/lib/rabbitmq}"
names=-sname
if [ "${RABBITMQ_USE_LONGNAME:-}" = true ]; then names=-name; fi
exec erl -noshell -hidden -boot start_clean "$names" "greenroom-$$" +S 1:1 +sbwt none \\
  ${RABBITMQ_ERLANG_COOKIE:+-setcookie "$RABBITMQ_ERLANG_COOKIE"} -eval "$1" 2>&1
"""

# Says nothing of what went well, and then that it is done. It ends with its input, and when that
# cannot be read: asked again, it would only give the same answer.
LOOP = """
[_, Host] = string:split(atom_to_list(node()), "@"),
Broker = case os:getenv("RABBITMQ_NODENAME", "rabbit") of
    Name -> case lists:member($@, Name) of true -> Name; false -> Name ++ "@" ++ Host end end,
Node = list_to_atom(Broker),
Say = fun(What) -> io:format("~tp~n", [What]) end,
Loop = fun(Loop) ->
    case io:parse_erl_exprs(standard_io, [], 1) of
        {ok, Expressions, _} ->
            case rpc:call(Node, erl_eval, exprs, [Expressions, []]) of
                {value, ok, _} -> ok;
                Other -> Say(Other)
            end;
        {error, {_, Reader, _} = Mistake, _} when Reader =:= erl_parse; Reader =:= erl_scan ->
            Say(Mistake);
        _ -> halt(0)
    end,
    io:format("greenroom: done~n"),
    Loop(Loop)
end,
Loop(Loop).
"""

SESSION = ("sh", "-c", SCRIPT, "sh", LOOP)

# Written as text, because a module would have to be compiled and loaded into the broker. `Take`
# returns all that was declared in a virtual host, `Put` declares it in another: first the policies,
# which a queue follows from its beginning. What is exclusive belongs to a connection, and what is
# called `amq.` to the broker.
WORDS = """
As = <<"greenroom">>,
Sure = fun(ok) -> ok; ({ok, _}) -> ok; ({new, _}) -> ok; ({existing, _}) -> ok;
    (Other) when element(1, Other) =:= exchange -> ok; (Other) -> exit(Other) end,
Own = fun(<<>>) -> false; (<<"amq.", _/binary>>) -> false; (_) -> true end,
Take = fun(V) ->
    Queues = [{N, amqqueue:is_durable(Q), amqqueue:is_auto_delete(Q), amqqueue:get_arguments(Q)}
        || Q <- rabbit_amqqueue:list(V), amqqueue:get_exclusive_owner(Q) =:= none,
           {resource, _, _, N} <- [amqqueue:get_name(Q)], Own(N)],
    Names = [element(1, Queue) || Queue <- Queues],
    #{queues => Queues,
      exchanges => [{N, T, D, A, I, Arguments}
        || [{_, {resource, _, _, N}}, {_, T}, {_, D}, {_, A}, {_, I}, {_, Arguments}]
           <- rabbit_exchange:info_all(V,
                [name, type, durable, auto_delete, internal, arguments]), Own(N)],
      bindings => [{S, K, D, Key, Arguments}
        || [{_, S}, {_, K}, {_, D}, {_, Key}, {_, Arguments}] <- rabbit_binding:info_all(V,
                [source_name, destination_kind, destination_name, routing_key, arguments]),
           S =/= <<>>, K =:= exchange orelse lists:member(D, Names)],
      policies => [{set, P} || P <- rabbit_policy:list(V)]
        ++ [{set_op, P} || P <- rabbit_policy:list_op(V)],
      permissions => rabbit_auth_backend_internal:list_vhost_permissions(V),
      topics => rabbit_auth_backend_internal:list_vhost_topic_permissions(V)}
end,
Values = fun(Keys, List) -> [proplists:get_value(Key, List) || Key <- Keys] end,
Put = fun(V, #{queues := Queues, exchanges := Exchanges, bindings := Bindings,
               policies := Policies, permissions := Permissions, topics := Topics}) ->
    [Sure(apply(rabbit_auth_backend_internal, set_permissions,
        [User, V | Values([configure, write, read], P)] ++ [As]))
        || P <- Permissions, [User] <- [Values([user], P)]],
    [Sure(rabbit_exchange:declare(rabbit_misc:r(V, exchange, N), T, D, A, I, Arguments, As))
        || {N, T, D, A, I, Arguments} <- Exchanges],
    [Sure(apply(rabbit_auth_backend_internal, set_topic_permissions,
        [User, V | Values([exchange, write, read], P)] ++ [As]))
        || P <- Topics, [User] <- [Values([user], P)]],
    [Sure(apply(rabbit_policy, Set,
        [V | Values([name, pattern, definition, priority, 'apply-to'], P)] ++ [As]))
        || {Set, P} <- Policies],
    [Sure(rabbit_amqqueue:declare(rabbit_misc:r(V, queue, N), D, A, Arguments, none, As))
        || {N, D, A, Arguments} <- Queues],
    [Sure(rabbit_binding:add(rabbit_binding:new(rabbit_misc:r(V, exchange, S), Key,
        rabbit_misc:r(V, K, D), Arguments), As))
        || {S, K, D, Key, Arguments} <- Bindings]
end,
Close = fun(V) ->
    [rabbit_networking:close_connection(P, "what it was connected to is removed")
        || P <- rabbit_networking:connections(),
           (catch rabbit_networking:connection_info(P, [vhost])) =:= [{vhost, V}]]
end,
Remove = fun(V) ->
    case rabbit_vhost:exists(V) of
        true -> Close(V), Sure(rabbit_vhost:delete(V, As));
        false -> ok
    end
end,
Make = fun(Vs, From) ->
    Metadata = maps:with([default_queue_type], vhost:get_metadata(rabbit_vhost:lookup(From))),
    Content = Take(From),
    [begin Remove(V), Sure(rabbit_vhost:add(V, Metadata, As)), Put(V, Content) end || V <- Vs]
end,
Reset = fun(V, From) ->
    true = rabbit_vhost:exists(From),
    Close(V),
    [apply(rabbit_policy, Delete, [V, proplists:get_value(name, P), As]) || {Delete, Ps}
        <- [{delete, rabbit_policy:list(V)}, {delete_op, rabbit_policy:list_op(V)}], P <- Ps],
    [rabbit_amqqueue:delete(Q, false, false, As) || Q <- rabbit_amqqueue:list(V)],
    [rabbit_exchange:delete(N, false, As) || [{_, {resource, _, _, Name} = N}]
        <- rabbit_exchange:info_all(V, [name]), Own(Name)],
    [rabbit_binding:remove(B, As) || {binding, S, _, _, _} = B <- rabbit_binding:list(V),
        element(4, S) =/= <<>>],
    Put(V, Take(From))
end,
"""
