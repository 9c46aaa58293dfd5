-- Grain: see new_edit_sizes.sql, which fills it. Replaces edit_sizes.
create or replace table edit_sizes (
    article_id varchar,
    version bigint,
    n_chars_added bigint,
    n_chars_removed bigint,
    is_substantive boolean,
);
