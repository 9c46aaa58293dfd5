-- Grain: one source, as it was. Input: old_sources. A view: safe to repeat.
create or replace view published_sources as
select old_sources.*
from old_sources;
