-- Grain: one look at one article, in the order of loading (sorting so many rows would not fit in memory).
insert into observation by name
from warehouse.observation
