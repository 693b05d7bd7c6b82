{#-
    Parameters of one axis that scoring needs, of the model versions in `models`: features of
    behaviour, or items and components of taste.
-#}
{% macro model_parameters(axis, parameters, models) %}
{%- set needed = {
    'behaviour': ['clip_low', 'clip_high', 'mean', 'scale', 'centroid'],
    'taste': ['idf', 'loading', 'centroid'],
} %}
select
    parameters.parameter,
    {%- if axis == 'behaviour' %}
    parameters.feature,
    {%- else %}
    parameters.feature as stock_code,
    parameters.component,
    {%- endif %}
    parameters.cluster_id,
    parameters.value
from {{ parameters }} as parameters

inner join {{ models }} as models
    on parameters.model_version = models.model_version

where
    parameters.axis = '{{ axis }}'
    and parameters.parameter in ('{{ needed[axis] | join("', '") }}')
{% endmacro %}
