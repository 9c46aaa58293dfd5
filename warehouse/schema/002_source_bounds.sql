-- What is expected of a source: the most new articles a week, and the fewest that a release may hold.
alter table source add column max_articles_per_week bigint;

alter table source add column min_articles bigint;
