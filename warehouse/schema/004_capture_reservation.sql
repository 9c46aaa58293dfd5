-- What page and site said about text and data mining when the page was fetched.
alter table capture add column tdm_reserved boolean;

alter table capture add column tdm_signals varchar;
