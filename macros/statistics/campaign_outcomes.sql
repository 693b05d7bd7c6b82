{#-
    A query with one row per customer and metric of campaigns: the outcome, the same of as many days
    just before, and the covariate that predicts it. `members` has the columns of window_totals.
-#}
{% macro campaign_outcomes(members) %}
{%- set metrics = {
    'reorder_share': 'case when {}order_count > 0 then 1 else 0 end',
    'net_sales': '{}net_sales',
} -%}
{%- set covariates = {'reorder_share': 'earlier_order_count', 'net_sales': 'earlier_net_sales'} -%}
{%- for metric, outcome in metrics.items() %}
select
    *,
    '{{ metric }}' as metric,
    cast({{ outcome.format('') }} as double) as outcome,
    cast({{ outcome.format('previous_') }} as double) as previous_outcome,
    cast({{ covariates[metric] }} as double) as covariate
from {{ members }}
{%- if not loop.last %}

union all
{% endif %}
{%- endfor %}
{% endmacro %}
