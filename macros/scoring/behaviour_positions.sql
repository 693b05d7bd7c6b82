{#-
    Where customers lie on the behaviour axis, one row per key: <feature>_position in z-scores, from
    the parameter table of the model. As BehaviourSpace.transform: days as square roots, all else as
    log1p, clipped, z-scored. Customers have none below 0; in what-if rows it counts as 0.
-#}
{% macro behaviour_positions(features, model, keys=['customer_id']) %}
with

parameters as (

    select
        {%- for feature in clustered_features() %}
        {%- for parameter in ['clip_low', 'clip_high', 'mean', 'scale'] %}
        max(value) filter (
            where parameter = '{{ parameter }}' and feature = '{{ feature }}'
        ) as {{ feature }}_{{ parameter }}{{ ',' if not loop.last }}
        {%- endfor %}{{ ',' if not loop.last }}
        {%- endfor %}

    from {{ model }}

)

select
    {%- for key in keys %}
    features.{{ key }},
    {%- endfor %}
    {%- for feature in clustered_features() %}
    (
        least(
            greatest(
                {% if feature_unit(feature) == 'days' -%}
                sqrt(greatest(cast(features.{{ feature }} as double), 0)),
                {%- else -%}
                ln(1 + greatest(cast(features.{{ feature }} as double), 0)),
                {%- endif %}
                parameters.{{ feature }}_clip_low
            ),
            parameters.{{ feature }}_clip_high
        ) - parameters.{{ feature }}_mean
    ) / parameters.{{ feature }}_scale as {{ feature }}_position{{ ',' if not loop.last }}
    {%- endfor %}

from {{ features }} as features

cross join parameters
{% endmacro %}
