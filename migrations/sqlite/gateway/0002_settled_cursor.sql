-- How far the gateway has read final blocks: what has settled is read from the chain, not told by the operator.
CREATE TABLE settled_cursor (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    block INTEGER NOT NULL
) STRICT;
