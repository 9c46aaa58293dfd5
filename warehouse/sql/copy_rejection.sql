-- Grain: one record that gave no article, in the order of loading.
insert into rejection by name
from warehouse.rejection
