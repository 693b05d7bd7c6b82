{#- Behind dim_models: warns when customers form clearer groups than the behaviours of the model in force. -#}
{% macro check_groups() %}
    {%- if execute and flags.WHICH in ['build', 'run'] -%}
        {%- for count, clearest, silhouette, ratio in run_query(
            'select clearest_group_count, clearest_group_silhouette, behaviour_silhouette, '
            ~ 'behaviour_inertia_ratio from ' ~ this ~ ' where is_in_force and has_clearer_groups'
        ).rows -%}
            {{ exceptions.warn(
                'Customers form clearer groups than the behaviours shown, which are quadrants of worth '
                ~ 'and recency: ' ~ count ~ ' clusters of plain KMeans have a silhouette of '
                ~ '%.2f' | format(clearest) ~ ', the behaviours ' ~ '%.2f' | format(silhouette)
                ~ ' and ' ~ '%.2f' | format(ratio) ~ ' times the inertia of as many plain clusters. '
                ~ "--vars '{kmeans_prior: 0, behaviour_cluster_count: " ~ count ~ "}' lets go of the "
                ~ 'quadrants.'
            ) }}
        {%- endfor -%}
    {%- endif -%}
{% endmacro %}
