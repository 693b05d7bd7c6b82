{#- The variables that a fit depends on, as text: a model goes on being used while they stay. -#}
{% macro model_settings() -%}
    {%- set names = [
        'behaviour_clip_share',
        'behaviour_cluster_count',
        'behaviour_features',
        'customer_scope',
        'home_country',
        'item_min_customers',
        'kmeans_max_iter',
        'random_seed',
        'taste_cluster_count',
        'taste_component_count',
    ] -%}
    {%- if 'auto' in [var('behaviour_cluster_count'), var('taste_cluster_count')] -%}
        {#- The rule that then takes the numbers. -#}
        {%- do names.extend([
            'behaviour_cluster_bounds',
            'cluster_jaccard_min',
            'cluster_min_share',
            'cluster_stability_min',
            'diagnostics_customer_limit',
            'diagnostics_repeat_count',
            'taste_cluster_bounds',
        ]) -%}
    {%- endif -%}
    {%- set settings = [] -%}
    {%- for name in names -%}
        {%- set value = var(name) -%}
        {%- do settings.append(
            name ~ '=' ~ (value if value is string or value is not iterable else value | join(' '))
        ) -%}
    {%- endfor -%}
    {{ quoted(settings | join(', ')) }}
{%- endmacro %}
