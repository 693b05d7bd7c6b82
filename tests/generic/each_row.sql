{#-
    One scan for all rules of a model; a rule about a null holds, as in a check constraint. The one row
    that it returns counts for each rule, under its own words, the rows that break it.
-#}
{% test each_row(model, rules) %}

select *
from (
    select
        {%- for rule in rules %}
        count(case when not ({{ rule }}) then 1 end) as {{ adapter.quote(rule) }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from {{ model }}
) as broken
where {% for rule in rules %}{{ adapter.quote(rule) }} > 0{{ ' or ' if not loop.last }}{% endfor %}

{% endtest %}
