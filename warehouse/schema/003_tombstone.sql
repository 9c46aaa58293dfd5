-- What was withdrawn: the id alone, so that nothing of the article stays behind.
create table tombstone (
    article_id varchar not null,
    withdrawn_date date not null,
    reason varchar not null
);
