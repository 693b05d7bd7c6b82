{#-
    What is true of the rows of a model. One scan for all rules; a rule about a null holds, as in a check
    constraint. A key, written "column" or "column, column", is of one row only; a key of one column may
    be null in several. The one row that it returns counts for each rule and key, under its own words,
    the rows that break it.
-#}
{% test each_row(model, rules, keys=[]) %}

select *
from (
    select
        {%- for rule in rules %}
        count(case when not ({{ rule }}) then 1 end) as {{ adapter.quote(rule) }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from {{ model }}
) as broken
{%- for key in keys %}
cross join (
    select coalesce(sum(row_count), 0) as {{ adapter.quote('unique (' ~ key ~ ')') }}
    from (
        select count(*) as row_count
        from {{ model }}
        {%- if ',' not in key %}
        where {{ key }} is not null
        {%- endif %}
        group by {{ key }}
        having count(*) > 1
    ) as repeated
) as repeated_{{ loop.index }}
{%- endfor %}
where
    {%- for rule in rules %}
    {{ adapter.quote(rule) }} > 0{{ ' or' if keys or not loop.last }}
    {%- endfor %}
    {%- for key in keys %}
    {{ adapter.quote('unique (' ~ key ~ ')') }} > 0{{ ' or' if not loop.last }}
    {%- endfor %}

{% endtest %}
